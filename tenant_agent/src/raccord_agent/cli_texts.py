"""Sentences of the command line: settings, enrolment, locks, reports."""

from raccord_connectors.contract import Text

NOT_ENROLLED = Text(
    "agent.not_enrolled",
    "Il n’y a pas d’agent enrôlé dans {folder}. Demandez un code dans la page « Agents » de la plateforme, puis lancez : "
    "raccord-agent enrol --platform ADRESSE --code CODE --connector NOM",
    "There is no enrolled agent in {folder}. Ask for a code on the platform’s “Agents” page, then run: "
    "raccord-agent enrol --platform ADDRESS --code CODE --connector NAME",
)
ALREADY_ENROLLED = Text(
    "agent.already_enrolled",
    "Cet agent est déjà enrôlé pour {tenant} ({connection}). Pour l’enrôler à nouveau, ajoutez --again.",
    "This agent is already enrolled for {tenant} ({connection}). To enrol it anew, add --again.",
)
ENROLLED = Text(
    "agent.enrolled",
    "Agent enrôlé pour {tenant}, connexion « {connection} ». Ses fichiers sont dans {folder}.\n"
    "Ensuite : raccord-agent doctor, puis raccord-agent run (ou installez le service).",
    "Agent enrolled for {tenant}, connection “{connection}”. Its files are in {folder}.\n"
    "Next: raccord-agent doctor, then raccord-agent run (or install the service).",
)
BAD_FILE = Text(
    "agent.bad_file",
    "Le fichier {file} ne peut pas être lu : {reason}. Corrigez-le, puis réessayez.",
    "The file {file} cannot be read: {reason}. Correct it, then try again.",
)
BAD_KEY = Text(
    "agent.bad_key",
    "La clé de l’agent ({file}) est illisible. Rétablissez-la d’une sauvegarde, ou supprimez-la et enrôlez l’agent à "
    "nouveau avec un nouveau code.",
    "The agent’s key ({file}) cannot be read. Restore it from a backup, or delete it and enrol the agent again with "
    "a new code.",
)
NO_SUCH_SETTING = Text(
    "agent.no_such_setting",
    "Le connecteur {connector} n’a pas de réglage « {name} ». Réglages : {known}.",
    "The connector {connector} has no setting “{name}”. Settings: {known}.",
)
BAD_SETTING_FORM = Text(
    "agent.bad_setting_form",
    "« {given} » n’a pas la forme nom=valeur.",
    "“{given}” does not have the form name=value.",
)
NOT_AN_ERP = Text(
    "agent.not_an_erp",
    "Le connecteur {name} est celui d’une boutique : l’agent sert à la gestion commerciale. Connectez la boutique en "
    "ligne, sur la plateforme.",
    "The connector {name} is a shop’s: the agent serves the ERP. Connect the shop online, on the platform.",
)
LOCKED = Text(
    "agent.locked",
    "Un autre agent travaille déjà dans {folder}. Arrêtez-le d’abord (service raccord-agent).",
    "Another agent is already working in {folder}. Stop it first (service raccord-agent).",
)
NEWER_BASE = Text(
    "agent.newer_base",
    "Les données de {folder} viennent d’une version plus récente de l’agent. Réinstallez cette version ou une suivante.",
    "The data in {folder} come from a newer version of the agent. Install that version again, or a later one.",
)
NOT_WRITABLE = Text(
    "agent.not_writable",
    "Le dossier {folder} ne peut pas être utilisé : {reason}. Lancez la commande avec le compte de l’agent, ou choisissez "
    "un autre dossier avec --home.",
    "The folder {folder} cannot be used: {reason}. Run the command with the agent’s account, or choose another folder "
    "with --home.",
)
UNEXPECTED = Text(
    "agent.unexpected",
    "L’agent a rencontré un cas que nous n’avions pas prévu ({place}). Les détails sont dans {log} ; transmettez-les au "
    "support.",
    "The agent met a case that we had not foreseen ({place}). The details are in {log}; hand them to support.",
)
CHECK_OK = Text(
    "agent.check_ok",
    "La gestion commerciale répond et tous les droits nécessaires sont là.",
    "The ERP answers and all the rights needed are there.",
)
SCANNED = Text(
    "agent.scanned",
    "{stream} : {seen} lignes vues en {seconds} s, {upserts} modifiées ou nouvelles, {deletions} disparues, {held} mises de "
    "côté. {waiting} envois attendent ; ils partent quand l’agent tourne.",
    "{stream}: {seen} rows seen in {seconds} s, {upserts} changed or new, {deletions} gone, {held} set aside. "
    "{waiting} deltas wait; they leave when the agent runs.",
)
SCANNED_EMPTY = Text(
    "agent.scanned_empty",
    "{stream} : aucune ligne, alors que {known} étaient connues. Rien n’est supprimé ; la plateforme demandera à une "
    "personne.",
    "{stream}: no row, although {known} were known. Nothing is deleted; the platform will ask a person.",
)
STARTED = Text(
    "agent.started",
    "Agent {version} en marche pour {tenant} ({connection}). Ctrl-C pour l’arrêter ; deux fois pour l’arrêter aussitôt.",
    "Agent {version} running for {tenant} ({connection}). Ctrl-C stops it; twice stops it at once.",
)
STOPPED = Text("agent.stopped", "Agent arrêté.", "Agent stopped.")
NO_STATUS = Text(
    "agent.no_status",
    "L’agent n’a pas encore tourné dans {folder}.",
    "The agent has not run in {folder} yet.",
)
