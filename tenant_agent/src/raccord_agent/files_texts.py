"""Sentences about files: what is missing, under the name that the merchant knows."""

from raccord_connectors.contract import Text

MISSING = Text(
    "files.missing",
    "Le fichier « {name} », que la gestion commerciale indique pour l’article {key}, n’est pas dans les dossiers autorisés "
    "({folders}). Placez-le dans l’un d’eux, ou corrigez le champ de l’article.",
    "The file “{name}”, which the ERP names for article {key}, is not in the allowed folders ({folders}). "
    "Put it into one of them, or correct the article’s field.",
)
OUTSIDE = Text(
    "files.outside",
    "Le fichier « {name} » de l’article {key} est hors des dossiers autorisés ({folders}) : l’agent ne le lit pas. Copiez-le "
    "dans l’un d’eux, ou ajoutez son dossier à « folders » dans agent.toml.",
    "The file “{name}” of article {key} is outside of the allowed folders ({folders}): the agent does not read it. Copy it "
    "into one of them, or add its folder to “folders” in agent.toml.",
)
UNREADABLE = Text(
    "files.unreadable",
    "Le fichier « {path} » de l’article {key} ne peut pas être lu ({reason}). Vérifiez les droits du compte de l’agent et "
    "qu’aucun programme ne le tient ouvert ; l’agent réessaie tout seul.",
    "The file “{path}” of article {key} cannot be read ({reason}). Check the rights of the agent’s account and that no "
    "program holds it open; the agent tries again by itself.",
)
TOO_LARGE = Text(
    "files.too_large",
    "Le fichier « {path} » de l’article {key} pèse {size} Mo, plus que les {most} Mo permis. Réduisez-le, ou augmentez "
    "« largest_mb » dans agent.toml.",
    "The file “{path}” of article {key} weighs {size} MB, more than the {most} MB allowed. Make it smaller, or raise "
    "“largest_mb” in agent.toml.",
)
EMPTY = Text(
    "files.empty",
    "Le fichier « {path} » de l’article {key} est vide. Remplacez-le.",
    "The file “{path}” of article {key} is empty. Replace it.",
)
FOLDER_AWAY = Text(
    "files.folder_away",
    "Le dossier « {folder} » ne peut pas être lu ({reason}). Vérifiez qu’il existe, que le partage est accessible et que le "
    "compte de l’agent peut le lire. D’ici là, les photos déjà en ligne y restent.",
    "The folder “{folder}” cannot be read ({reason}). Check that it exists, that the share can be reached and that the "
    "agent’s account may read it. Until then, pictures that are online stay there.",
)
STORE_AWAY = Text(
    "files.store_away",
    "Le stockage des fichiers ({host}) ne répond pas ({reason}). L’agent réessaie tout seul ; si cela dure, votre pare-feu "
    "doit laisser sortir les appels HTTPS vers cette adresse.",
    "The file storage ({host}) does not answer ({reason}). The agent tries again by itself; if it lasts, your firewall must "
    "let HTTPS calls to this address out.",
)
