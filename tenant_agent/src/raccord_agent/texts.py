"""Sentences of the running agent. Those of `doctor` and of the command line live in files of their own."""

from raccord_connectors.contract import Text

# ------------------------------------------------------------------------------------------------------ records

TOO_LARGE = Text(
    "agent.record_too_large",
    "L’enregistrement {key} pèse {size} Mo : c’est plus qu’un message ne peut porter. Raccourcissez ses textes dans "
    "la gestion commerciale ; le reste continue.",
    "The record {key} weighs {size} MB, which is more than a message can carry. Shorten its texts in the ERP; "
    "the rest goes on.",
)
UNUSABLE_KEY = Text(
    "agent.unusable_key",
    "Le code « {key} » ne peut pas servir d’identifiant (vide, plus de {most} caractères, ou caractères illisibles). "
    "Corrigez-le dans la gestion commerciale.",
    "The code “{key}” cannot be an identifier (empty, more than {most} characters, or unreadable characters). "
    "Correct it in the ERP.",
)

# -------------------------------------------------------------------------------------------------------- scans

OUTBOX_FULL = Text(
    "agent.outbox_full",
    "{size} Mo de changements attendent d’être envoyés : la lecture fait une pause, rien n’est perdu. Rétablissez la "
    "ligne vers la plateforme, ou augmentez outbox_max_mb dans agent.toml.",
    "{size} MB of changes wait to be sent: reading pauses, nothing is lost. Restore the line to the platform, "
    "or raise outbox_max_mb in agent.toml.",
)
DISK_TROUBLE = Text(
    "agent.disk_trouble",
    "Le dossier de l’agent ne peut pas être écrit ({reason}). Libérez de la place sur le disque ou rétablissez les "
    "droits sur le dossier ; l’agent réessaie tout seul.",
    "The agent’s folder cannot be written ({reason}). Free some space on the disk or restore the rights on the "
    "folder; the agent tries again by itself.",
)
NEWER_COMMAND = Text(
    "agent.newer_command",
    "La plateforme demande une opération que cet agent ne connaît pas encore. Mettez l’agent à jour.",
    "The platform asks for an operation that this agent does not know yet. Update the agent.",
)
ANSWER_TOO_LARGE = Text(
    "agent.answer_too_large",
    "La réponse pèse {size} Mo : c’est plus qu’un message ne peut porter. Demandez moins d’enregistrements à la fois.",
    "The answer weighs {size} MB, which is more than a message can carry. Ask for fewer records at a time.",
)
NO_SUCH_STREAM = Text(
    "agent.no_such_stream",
    "Le connecteur {connector} ne sait pas lire le flux « {stream} ». Flux lisibles : {known}.",
    "The connector {connector} cannot read the stream “{stream}”. Readable streams: {known}.",
)
REFUSED_DELTA = Text(
    "agent.refused_delta",
    "La plateforme refuse l’enregistrement {key} ({reason_fr}). Il est mis de côté ; le reste continue.",
    "The platform refuses the record {key} ({reason_en}). It is set aside; the rest goes on.",
)

# ---------------------------------------------------------------------------------------------------- platform

UNREACHABLE = Text(
    "agent.platform_unreachable",
    "La plateforme {host} ne répond pas ({reason}). Vérifiez la connexion Internet, le proxy et que le pare-feu laisse "
    "sortir le port 443 ; l’agent garde les changements et réessaie tout seul.",
    "The platform {host} does not answer ({reason}). Check the Internet connection, the proxy, and that the firewall "
    "lets port 443 out; the agent keeps the changes and tries again by itself.",
)
BUSY = Text(
    "agent.platform_busy",
    "La plateforme {host} est surchargée ou en maintenance (réponse {status}). L’agent garde les changements et "
    "réessaie tout seul.",
    "The platform {host} is overloaded or under maintenance (answer {status}). The agent keeps the changes and tries "
    "again by itself.",
)
NOT_OURS = Text(
    "agent.not_the_platform",
    "{host} a répondu, mais pas comme une plateforme Raccord (réponse {status}). Un proxy ou un portail intercepte "
    "peut-être la ligne ; vérifiez l’adresse dans agent.toml et le réglage du proxy.",
    "{host} answered, but not as a Raccord platform does (answer {status}). A proxy or a portal may be intercepting "
    "the line; check the address in agent.toml and the proxy setting.",
)
NOT_SECURE = Text(
    "agent.not_secure",
    "L’adresse {url} n’est pas chiffrée. Utilisez une adresse en https:// ; http:// n’est permis que sur cette "
    "machine même (bac à sable).",
    "The address {url} is not encrypted. Use an https:// address; http:// is allowed only on this very machine "
    "(the sandbox).",
)
BAD_ADDRESS = Text(
    "agent.bad_address",
    "« {url} » n’est pas une adresse de plateforme. Elle ressemble à https://app.exemple.fr.",
    "“{url}” is not the address of a platform. It looks like https://app.example.com.",
)
UPDATE_NEEDED = Text(
    "agent.update_needed",
    "Cet agent ({version}) est trop ancien pour la plateforme. Installez la version actuelle ; les changements sont "
    "gardés en attendant.",
    "This agent ({version}) is too old for the platform. Install the current version; changes are kept meanwhile.",
)
CLOCK_WRONG = Text(
    "agent.clock_wrong",
    "L’horloge de cette machine {gap_fr} sur celle de la plateforme. Mettez la machine à l’heure (synchronisation "
    "automatique de l’heure) : au-delà de 5 minutes la plateforme ne reconnaît pas l’agent.",
    "The clock of this machine is {gap_en} the platform’s. Set the machine’s time (automatic time synchronisation): "
    "beyond 5 minutes the platform does not recognise the agent.",
)
