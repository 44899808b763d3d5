"""What can go wrong between us and the server or provider by which messages leave."""

from raccord_connectors.contract import Text

UNREACHABLE = Text(
    "mail.unreachable",
    "Le serveur d’envoi {host} ne répond pas sur le port {port}. Vérifiez l’adresse et le port ; nous réessayons tout seuls.",
    "The mail server {host} does not answer on port {port}. Check the address and the port; we keep trying by ourselves.",
)
PRIVATE = Text(
    "mail.private",
    "L’adresse {host} mène à un réseau privé. Saisissez le nom public de votre serveur d’envoi, par exemple celui que donne "
    "votre hébergeur.",
    "The address {host} leads to a private network. Enter the public name of your mail server, for example the one that your "
    "hosting company tells.",
)
NO_TLS = Text(
    "mail.no_tls",
    "Le serveur {host} n’offre pas de connexion chiffrée (STARTTLS) sur le port {port}. Essayez le port 465 avec « TLS », ou "
    "demandez le bon port à votre hébergeur.",
    "The server {host} offers no encrypted connection (STARTTLS) on port {port}. Try port 465 with “TLS”, or ask your hosting "
    "company for the right port.",
)
BAD_CERTIFICATE = Text(
    "mail.bad_certificate",
    "Le certificat de {host} n’est pas valable pour ce nom. Saisissez le nom qui figure dans le certificat.",
    "The certificate of {host} is not valid for this name. Enter the name that the certificate has.",
)
IN_THE_OPEN = Text(
    "mail.in_the_open",
    "Sans chiffrement, votre mot de passe et les messages de vos clients passeraient en clair. Choisissez STARTTLS ou TLS.",
    "Without encryption your password and your customers’ messages would travel in the open. Choose STARTTLS or TLS.",
)
SIGN_IN = Text(
    "mail.sign_in",
    "Le serveur {host} refuse l’identifiant ou le mot de passe. Saisissez-les à nouveau ; certains services demandent un mot de "
    "passe d’application.",
    "The server {host} refuses the user name or the password. Enter them again; some services want an application password.",
)
SENDER_REFUSED = Text(
    "mail.sender_refused",
    "Le serveur {host} n’accepte pas d’envoyer au nom de {sender} : « {said} ». Choisissez une adresse de votre domaine, "
    "autorisée chez ce fournisseur.",
    "The server {host} does not accept to send in the name of {sender}: “{said}”. Choose an address of your domain that this "
    "provider allows.",
)
REFUSED = Text(
    "mail.refused",
    "L’adresse {recipient} a été refusée : « {said} ». Corrigez-la dans la commande de la boutique, ou joignez le client "
    "autrement.",
    "The address {recipient} was refused: “{said}”. Correct it in the shop’s order, or reach the customer otherwise.",
)
LATER = Text(
    "mail.later",
    "Le serveur {host} demande d’attendre : « {said} ». Nous réessayons tout seuls.",
    "The server {host} asks us to wait: “{said}”. We keep trying by ourselves.",
)
UNCERTAIN = Text(
    "notification.uncertain",
    "Commande {number} : le message était en cours de remise quand la connexion ou le programme s’est arrêté. Il est peut-être "
    "arrivé ; nous ne le répétons pas sans vous. Renvoyez-le si le client ne l’a pas reçu.",
    "Order {number}: the message was being handed over when the connection or the program stopped. It may have arrived; we do "
    "not repeat it without you. Send it again if the customer has not received it.",
)
TOO_OFTEN = Text(
    "notification.too_often",
    "Commande {number} : le message n’a pas pu partir pendant {days} jours, et il n’est plus une nouvelle. Vérifiez l’envoi sur "
    "la page « Messages ».",
    "Order {number}: the message could not leave for {days} days, and is no news any more. Check the sending on the page "
    "“Messages”.",
)
SEALED = Text(
    "mail.sealed",
    "Le mot de passe de l’envoi ne peut plus être lu sur cette installation. Saisissez-le à nouveau.",
    "The password for sending can no longer be read on this installation. Enter it again.",
)
NOT_A_MOBILE = Text(
    "sms.refused",
    "Le numéro {recipient} a été refusé par {provider}. Corrigez-le dans la commande de la boutique, ou joignez le client "
    "autrement.",
    "The number {recipient} was refused by {provider}. Correct it in the shop’s order, or reach the customer otherwise.",
)
NO_CREDIT = Text(
    "sms.no_credit",
    "Il n’y a plus de crédit SMS chez {provider}. Rechargez-le ; les messages partent ensuite tout seuls.",
    "There is no SMS credit left at {provider}. Buy some; the messages then leave by themselves.",
)
SMS_KEYS = Text(
    "sms.keys",
    "{provider} refuse les clés d’accès. Recréez-les et saisissez-les à nouveau.",
    "{provider} refuses the access keys. Create them again and enter them anew.",
)
SMS_SENDER = Text(
    "sms.sender",
    "{provider} n’accepte pas l’expéditeur « {sender} » : {said}. Déclarez-le chez lui : 11 lettres ou chiffres au plus.",
    "{provider} does not accept the sender “{sender}”: {said}. Declare it there: 11 letters or digits at most.",
)
NO_FOLDER = Text(
    "mail.no_folder",
    "La boîte n’a pas de dossier « {folder} ». Saisissez son nom comme le montre votre messagerie, par exemple INBOX.",
    "The mailbox has no folder “{folder}”. Enter its name as your mail program shows it, for example INBOX.",
)
RETURNED = Text(
    "mail.returned",
    "Commande {number} : le message à {recipient} est revenu : « {said} ». Corrigez l’adresse dans la boutique ou joignez le "
    "client autrement ; « Renvoyer le message » y écrit de nouveau.",
    "Order {number}: the message to {recipient} came back: “{said}”. Correct the address in the shop or reach the customer "
    "otherwise; “Send the message again” writes to it anew.",
)
SMS_RETURNED = Text(
    "sms.returned",
    "Commande {number} : le SMS au {recipient} n’a pas été remis : « {said} ». Corrigez le numéro dans la boutique ou joignez le "
    "client autrement ; « Renvoyer le message » y écrit de nouveau.",
    "Order {number}: the text message to {recipient} was not delivered: “{said}”. Correct the number in the shop or reach the "
    "customer otherwise; “Send the message again” writes to it anew.",
)
NO_SERVER = Text(
    "notification.no_server",
    "Aucun serveur d’envoi n’est encore configuré. Saisissez-le d’abord.",
    "No server to send with is set up yet. Enter it first.",
)
