"""Sentences of `raccord-agent doctor`: what was looked at, what is wrong with it, what to do."""

from raccord_connectors.contract import Text

SETTINGS = Text("doctor.settings", "Fichiers de réglages dans {folder}", "Settings files in {folder}")
RIGHTS = Text("doctor.rights", "Secrets protégés des autres comptes", "Secrets protected from other accounts")
RIGHTS_WRONG = Text(
    "doctor.rights_wrong",
    "D’autres comptes de cette machine peuvent lire {files}. Corrigez : chmod 600 {files}",
    "Other accounts of this machine can read {files}. Correct it: chmod 600 {files}",
)
RIGHTS_WINDOWS = Text(
    "doctor.rights_windows",
    "Sous Windows, ce sont les droits du dossier {folder} qui protègent les secrets : seuls SYSTEM et les "
    "administrateurs doivent y entrer (infra/windows/install.ps1 les règle).",
    "On Windows it is the rights of the folder {folder} that protect the secrets: only SYSTEM and administrators should "
    "enter it (infra/windows/install.ps1 sets them).",
)
FOLDERS = Text(
    "doctor.folders",
    "Dossiers des photos et documents : {count} fichiers",
    "Folders of pictures and documents: {count} files",
)
KEY = Text("doctor.key", "Clé de l’agent", "Key of the agent")
NAME_RESOLVED = Text(
    "doctor.name", "Nom de la plateforme ({host}) trouvé", "Name of the platform ({host}) found"
)
NAME_UNKNOWN = Text(
    "doctor.name_unknown",
    "Le nom {host} est inconnu ({reason}). Vérifiez l’adresse dans agent.toml, la connexion Internet et le serveur DNS. "
    "Si un proxy est obligatoire ici, renseignez « proxy » dans agent.toml.",
    "The name {host} is unknown ({reason}). Check the address in agent.toml, the Internet connection and the DNS server. "
    "If a proxy is mandatory here, fill in “proxy” in agent.toml.",
)
BY_PROXY = Text(
    "doctor.by_proxy",
    "La ligne passe par le proxy {proxy}",
    "The line goes through the proxy {proxy}",
)
REACHED = Text("doctor.reached", "La plateforme répond (TLS vérifié)", "The platform answers (TLS verified)")
REACHED_LOCALLY = Text(
    "doctor.reached_locally",
    "La plateforme répond (bac à sable, sur cette machine)",
    "The platform answers (sandbox, on this machine)",
)
CERTIFICATE = Text(
    "doctor.certificate",
    "Le certificat de {host} n’est pas reconnu ({reason}). Si l’entreprise inspecte les lignes chiffrées, demandez le "
    "certificat de son autorité et indiquez-le dans agent.toml (ca_file). Vérifiez aussi la date de la machine.",
    "The certificate of {host} is not trusted ({reason}). If the company inspects encrypted lines, ask for the certificate "
    "of its authority and name it in agent.toml (ca_file). Check the machine’s date too.",
)
CLOCK = Text("doctor.clock", "Horloge de la machine", "Clock of the machine")
TOKEN = Text("doctor.token", "La plateforme reconnaît cet agent", "The platform recognises this agent")
CONNECTOR = Text(
    "doctor.connector",
    "Gestion commerciale (connecteur {name}) : accès et droits",
    "ERP (connector {name}): access and rights",
)
DISK = Text("doctor.disk", "Place sur le disque : {free} Mo libres", "Space on the disk: {free} MB free")
DISK_LOW = Text(
    "doctor.disk_low",
    "Il ne reste que {free} Mo : l’agent peut avoir besoin de {wanted} Mo si la ligne est coupée longtemps. Libérez de la "
    "place ou diminuez outbox_max_mb dans agent.toml.",
    "Only {free} MB are left: the agent may need {wanted} MB when the line is cut for long. Free some space, or lower "
    "outbox_max_mb in agent.toml.",
)
OUTBOX = Text(
    "doctor.outbox",
    "Changements en attente d’envoi : {deltas} ({size} Mo)",
    "Changes waiting to be sent: {deltas} ({size} MB)",
)
OUTBOX_LARGE = Text(
    "doctor.outbox_large",
    "La file d’attente approche de sa limite ({limit} Mo), au-delà la lecture fait une pause. Rétablissez la ligne vers la "
    "plateforme, ou augmentez outbox_max_mb dans agent.toml.",
    "The queue comes near its limit ({limit} MB), beyond which reading pauses. Restore the line to the platform, or raise "
    "outbox_max_mb in agent.toml.",
)
BASE_DAMAGED = Text(
    "doctor.base_damaged",
    "La base locale est endommagée ({reason}). Arrêtez l’agent, supprimez {file}, redémarrez : tout est relu, rien n’est "
    "perdu.",
    "The local base is damaged ({reason}). Stop the agent, delete {file}, start again: everything is read anew, nothing is "
    "lost.",
)
RUNNING = Text("doctor.running", "L’agent est en marche", "The agent is running")
NOT_RUNNING = Text(
    "doctor.not_running",
    "L’agent ne tourne pas. Démarrez le service raccord-agent, ou lancez : raccord-agent run",
    "The agent is not running. Start the service raccord-agent, or run: raccord-agent run",
)
SILENT = Text(
    "doctor.silent",
    "L’agent tient le dossier mais n’a rien écrit depuis {since} : redémarrez le service raccord-agent et transmettez "
    "{log} au support.",
    "The agent holds the folder but has written nothing for {since}: restart the service raccord-agent and hand {log} "
    "to support.",
)
ALL_WELL = Text("doctor.all_well", "Tout va bien.", "All is well.")
SOME_WRONG = Text("doctor.some_wrong", "À corriger : {count}.", "To be corrected: {count}.")
SKIPPED = Text(
    "doctor.skipped", "pas vérifié, à cause de ce qui précède", "not checked, because of the above"
)
