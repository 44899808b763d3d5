"""What is said of definitions and of the rows that they describe."""

from raccord_connectors.contract import Text

NO_FILE = Text(
    "definition.no_file",
    "Le fichier de définition {file} n’existe pas. Créez-le avec « raccord-agent propose », ou corrigez son chemin dans les "
    "réglages de l’agent.",
    "The definition file {file} does not exist. Make it with “raccord-agent propose”, or correct its path in the agent’s "
    "settings.",
)
UNREADABLE = Text(
    "definition.unreadable",
    "{file}, ligne {line} : ce n’est pas du TOML correct ({reason}). Corrigez cette ligne.",
    "{file}, line {line}: this is not correct TOML ({reason}). Correct that line.",
)
WRONG = Text(
    "definition.wrong",
    "{file}, ligne {line}, « {where} » : {reason}. Corrigez cette ligne ; les réglages possibles sont dans la notice du "
    "connecteur.",
    "{file}, line {line}, “{where}”: {reason}. Correct that line; the connector’s guide lists what is possible.",
)
NO_SUCH_STREAM = Text(
    "definition.no_such_stream",
    "{file}, ligne {line} : « {name} » n’est pas un flux. Flux possibles : {known}.",
    "{file}, line {line}: “{name}” is no stream. Possible streams: {known}.",
)
NO_SUCH_FIELD = Text(
    "definition.no_such_field",
    "{file}, ligne {line} : le flux {stream} n’a pas de champ « {name} ».{hint_fr} Un champ à vous s’écrit « custom.NOM ».",
    "{file}, line {line}: the stream {stream} has no field “{name}”.{hint_en} A field of your own is written “custom.NAME”.",
)
FIELD_MISSING = Text(
    "definition.field_missing",
    '{file}, ligne {line} : le flux {stream} a besoin du champ « {name} ». Ajoutez {name} = "VOTRE_COLONNE" sous '
    "[streams.{stream}.fields].",
    '{file}, line {line}: the stream {stream} needs the field “{name}”. Add {name} = "YOUR_COLUMN" below '
    "[streams.{stream}.fields].",
)
NO_ORIGIN = Text(
    "definition.no_origin",
    "{file}, ligne {line} : « {name} » n’a ni colonne (column) ni valeur fixe (value). Donnez l’une des deux.",
    "{file}, line {line}: “{name}” has neither a column nor a value. Give one of the two.",
)
NO_COLUMN = Text(
    "definition.no_column",
    "Flux {stream}, champ « {field} » : {source} n’a pas de colonne « {column} ».{hint_fr} "
    "Corrigez-la dans {file}, ligne {line}.",
    "Stream {stream}, field “{field}”: {source} has no column “{column}”.{hint_en} Correct it in {file}, line {line}.",
)
MEANT_FR, MEANT_EN = " Vouliez-vous dire « {near} » ?", " Did you mean “{near}”?"

EMPTY = Text(
    "row.empty",
    "{place}, colonne « {column} » : il manque une valeur pour le champ {field} ({row}). Remplissez-la dans votre gestion.",
    "{place}, column “{column}”: a value is missing for the field {field} ({row}). Fill it in in your ERP.",
)
NOT_A_NUMBER = Text(
    "row.not_a_number",
    "{place}, colonne « {column} » : « {value} » n’est pas un nombre (champ {field}, {row}). Corrigez-le, ou dites dans la "
    "définition quel signe sépare les décimales (decimal).",
    "{place}, column “{column}”: “{value}” is not a number (field {field}, {row}). Correct it, or say in the definition which "
    "sign separates decimals (decimal).",
)
NOT_A_DATE = Text(
    "row.not_a_date",
    "{place}, colonne « {column} » : « {value} » n’est pas une date (champ {field}, {row}). Formats attendus : {expected}.",
    "{place}, column “{column}”: “{value}” is not a date (field {field}, {row}). Expected formats: {expected}.",
)
NOT_A_FLAG = Text(
    "row.not_a_flag",
    "{place}, colonne « {column} » : « {value} » n’est ni oui ni non (champ {field}, {row}). Valeurs attendues : {expected}.",
    "{place}, column “{column}”: “{value}” is neither yes nor no (field {field}, {row}). Expected values: {expected}.",
)
NOT_A_CHOICE = Text(
    "row.not_a_choice",
    "{place}, colonne « {column} » : « {value} » n’est pas connu pour le champ {field} ({row}). Ajoutez-le à la table values "
    "de la définition ; sens possibles : {expected}.",
    "{place}, column “{column}”: “{value}” is not known for the field {field} ({row}). Add it to the table values of the "
    "definition; possible meanings: {expected}.",
)
SPREADSHEET = Text(
    "row.spreadsheet",
    "{place}, colonne « {column} » : « {value} » a été abîmé par un tableur (champ {field}, {row}). Mettez la colonne au format "
    "Texte et ressaisissez la valeur.",
    "{place}, column “{column}”: “{value}” was damaged by a spreadsheet (field {field}, {row}). Give the column the format "
    "Text and type the value again.",
)
TOO_LONG = Text(
    "row.too_long",
    "{place}, colonne « {column} » : une clé compte 255 caractères au plus (champ {field}, {row}). Raccourcissez-la.",
    "{place}, column “{column}”: a key has 255 characters at most (field {field}, {row}). Shorten it.",
)
TWICE = Text(
    "row.twice",
    "{place} : « {key} » est déjà à la ligne {first}. Une clé ne sert qu’une fois : supprimez l’une des deux lignes.",
    "{place}: “{key}” is already on row {first}. A key serves once: delete one of the two rows.",
)
NO_OPTION = Text(
    "row.no_option",
    "{place} : la déclinaison {key} n’a pas d’option (option1). Dites par quoi elle diffère des autres.",
    "{place}: the variant {key} has no option (option1). Say what makes it differ from the others.",
)
TOTAL = Text(
    "row.total",
    "{place} : le document {key} a un total TTC ({gross}) qui n’est pas le HT ({net}) plus la taxe ({tax}). Corrigez les "
    "montants.",
    "{place}: the document {key} has a total with tax ({gross}) that is not the net ({net}) plus the tax ({tax}). Correct the "
    "amounts.",
)
WORD_ROW = Text("row.row", "ligne {number}", "row {number}")
WORD_KEY = Text("row.key", "clé {key}", "key {key}")
WORD_NO_COLUMN = Text("row.no_column", "(valeur fixe)", "(fixed value)")
