"""What this connector says to people."""

from raccord_connectors.contract import Text

NO_DRIVER = Text(
    "customsql.no_driver",
    'Le pilote de cette base ({name}) manque sur cette machine. Installez-le : pip install "raccord-agent[sql]".',
    'The driver of this database ({name}) is missing on this machine. Install it: pip install "raccord-agent[sql]".',
)
NO_ADDRESS = Text(
    "customsql.no_address",
    "Il manque le serveur de la base. Donnez-le dans les réglages de la connexion (server).",
    "The database’s server is missing. Give it in the settings of the connection (server).",
)
NO_RIGHT = Text(
    "customsql.no_right",
    "Notre identifiant n’a pas le droit de lire {what} dans la base {database}. Donnez-lui ce droit : GRANT SELECT.",
    "Our login may not read {what} in the database {database}. Give it that right: GRANT SELECT.",
)
QUERY_REFUSED = Text(
    "customsql.query_refused",
    "La base {database} refuse une requête de la définition (code {what}). Essayez-la dans votre outil SQL avec l’identifiant de "
    "lecture, puis corrigez la définition.",
    "The database {database} refuses a query of the definition (code {what}). Try it in your SQL tool with the reading login, "
    "then correct the definition.",
)
NOT_ONE_SELECT = Text(
    "customsql.not_one_select",
    "{file}, ligne {line} : le flux {stream} doit être une seule requête SELECT ({reason}). Rien d’autre n’est exécuté.",
    "{file}, line {line}: the stream {stream} must be one SELECT query ({reason}). Nothing else is executed.",
)
TOO_CLEVER = Text(
    "customsql.too_clever",
    "{file}, ligne {line} : SQL Server n’accepte ni WITH ni ORDER BY à cet endroit (flux {stream}). Mettez la requête dans une "
    "vue.",
    "{file}, line {line}: SQL Server takes neither WITH nor ORDER BY in this place (stream {stream}). Put the query into a "
    "view.",
)
NO_SOURCE = Text(
    "customsql.no_source",
    "{file}, ligne {line} : le flux {stream} a besoin de view ou de query, et pas des deux.",
    "{file}, line {line}: the stream {stream} needs view or query, and not both.",
)
KEY_AS_IT_IS = Text(
    "customsql.key_as_it_is",
    "{file}, ligne {line} : la clé du flux {stream} doit être la colonne telle quelle, sans value, values ni pad. Faites-le dans "
    "la vue.",
    "{file}, line {line}: the key of the stream {stream} must be the column as it is, without value, values or pad. Do that in "
    "the view.",
)
SOURCE_REFUSED = Text(
    "customsql.source_refused",
    "{file}, ligne {line}, flux {stream} : {reason}",
    "{file}, line {line}, stream {stream}: {reason}",
)
ALL_ROWS_BAD = Text(
    "customsql.all_rows_bad",
    "Flux {stream} : aucune des {count} premières lignes n’est lisible. La première : {reason}",
    "Stream {stream}: none of the first {count} rows can be read. The first: {reason}",
)
NAMELESS = Text(
    "customsql.nameless",
    "Flux {stream} : {count} lignes de {source} n’ont pas de clé (colonne « {column} »). Complétez-les, ou écartez-les par "
    "filter.",
    "Stream {stream}: {count} rows of {source} have no key (column “{column}”). Complete them, or leave them out with filter.",
)
NO_READ_BACK = Text(
    "customsql.no_read_back",
    "{file}, ligne {line} : pour écrire par une procédure, le flux {stream} doit dire quelle colonne garde notre référence "
    "(reference) ; sans elle, rien ne se relit.",
    "{file}, line {line}: to write through a procedure, the stream {stream} must say which column keeps our reference "
    "(reference); without it nothing can be read back.",
)
NO_PLACE = Text(
    "customsql.no_place",
    "{file}, ligne {line} : la procédure n’utilise pas :reference et :data. Ajoutez les deux.",
    "{file}, line {line}: the procedure does not use :reference and :data. Add both.",
)
NO_EXCHANGE = Text(
    "customsql.no_exchange",
    "Les commandes passent par des fichiers et le dossier d’échange manque. Donnez-le dans les réglages (folder).",
    "Orders go through files and the exchange folder is missing. Give it in the settings (folder).",
)
NO_ORDERS = Text(
    "customsql.no_orders",
    'La définition ne dit pas comment écrire {what_fr}. Ajoutez-y [{block}] avec by = "file" ou by = "statement".',
    'The definition does not say how to write {what_en}. Add [{block}] with by = "file" or by = "statement" to it.',
)
NOT_A_STREAM = Text(
    "customsql.not_a_stream",
    "Ce connecteur n’a pas de flux « {stream} ».",
    "This connector has no stream “{stream}”.",
)
NOTHING_FOUND = Text(
    "customsql.nothing_found",
    "Aucune table ni vue de {database} n’a de nom et de colonnes reconnus. Créez des vues (V_WEB_ARTICLES : REF, DESIGNATION, "
    "PRIX_HT, STOCK…), ou écrivez la définition à la main.",
    "No table or view of {database} has a name and columns that we know. Create views (V_WEB_ARTICLES: REF, DESIGNATION, "
    "PRIX_HT, STOCK…), or write the definition by hand.",
)
