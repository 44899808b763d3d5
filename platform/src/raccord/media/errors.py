"""Sentences about contents and pictures."""

from raccord_connectors.contract import Text

UNKNOWN_CONTENT = Text(
    "media.unknown_content",
    "Aucun article n’annonce ce fichier. L’agent le proposera de nouveau à son prochain passage.",
    "No article names this file. The agent offers it again at its next look.",
)
NOT_PROMISED = Text(
    "media.not_promised",
    "Le fichier reçu n’est pas celui qui était annoncé : il a changé pendant l’envoi. L’agent le relit.",
    "The file received is not the one that was announced: it changed while it was being sent. The agent reads it again.",
)
NOT_A_PICTURE = Text(
    "media.not_a_picture",
    "ce n’est pas une image que les boutiques montrent (JPEG, PNG, WebP, GIF, TIFF, BMP, AVIF), quel que soit son nom. "
    "Enregistrez-la en JPEG ou PNG.",
    "it is not a picture that shops show (JPEG, PNG, WebP, GIF, TIFF, BMP, AVIF), whatever its name. "
    "Save it as JPEG or PNG.",
)
DRAWING = Text(
    "media.drawing",
    "les dessins SVG peuvent contenir des programmes et ne sont pas montrés. Exportez-la en PNG ou JPEG.",
    "SVG drawings may contain programs and are not shown. Export it as PNG or JPEG.",
)
BROKEN = Text(
    "media.broken",
    "le fichier est incomplet ou abîmé. Ouvrez-le dans un logiciel de retouche et enregistrez-le à nouveau.",
    "the file is incomplete or damaged. Open it in a picture editor and save it again.",
)
TOO_MANY_PIXELS = Text(
    "media.too_many_pixels",
    "elle compte {width} × {height} pixels, plus que Raccord n’en ouvre ({most} millions). Réduisez-la ; "
    "{enough} pixels de côté suffisent aux boutiques.",
    "it has {width} × {height} pixels, more than Raccord opens ({most} million). Make it smaller; "
    "{enough} pixels a side are enough for shops.",
)
TOO_HEAVY = Text(
    "media.too_heavy",
    "l’ouvrir demande plus de mémoire ou de temps que permis ; elle est peut-être piégée. Enregistrez-la à nouveau en JPEG.",
    "opening it takes more memory or time than allowed; it may be a trap. Save it again as JPEG.",
)
NOT_AN_ADDRESS = Text(
    "media.not_an_address",
    "L’adresse « {address} » ne mène pas à un document. Corrigez-la dans la gestion commerciale : http:// ou https://, sans mot "
    "de passe.",
    "The address “{address}” leads to no document. Correct it in the ERP: http:// or https://, without a password.",
)
PRIVATE_ADDRESS = Text(
    "media.private_address",
    "L’adresse {address} mène à un réseau privé, que Raccord n’atteint pas. Mettez le document dans un dossier que lit l’agent, "
    "ou à une adresse publique.",
    "The address {address} leads to a private network, which Raccord does not reach. Put the document into a folder that the "
    "agent reads, or at a public address.",
)
ADDRESS_AWAY = Text(
    "media.address_away",
    "Le site du document {address} ne répond pas. Raccord le redemande tout seul.",
    "The site of the document {address} does not answer. Raccord asks again by itself.",
)
ADDRESS_GONE = Text(
    "media.address_gone",
    "Le document {address} n’est pas là ou n’est pas public (réponse {status}). Ouvrez l’adresse dans un navigateur, puis "
    "corrigez-la dans la gestion commerciale. Raccord la redemande chaque jour.",
    "The document {address} is not there or not public (answer {status}). Open the address in a browser, then correct it in the "
    "ERP. Raccord asks again every day.",
)
ADDRESS_TOO_LARGE = Text(
    "media.address_too_large",
    "Le document {address} dépasse {most} Mo. Réduisez-le, ou choisissez sur la page « Images » du canal de mettre l’adresse "
    "telle quelle.",
    "The document {address} exceeds {most} MB. Make it smaller, or choose on the channel’s page “Images” to show the address as "
    "it is.",
)
WEB_PAGE = Text(
    "media.web_page",
    "L’adresse {address} mène à une page web, pas à un document. Saisissez celle du document, ou choisissez sur la page "
    "« Images » du canal de mettre l’adresse telle quelle.",
    "The address {address} leads to a web page, not to a document. Enter that of the document, or choose on the channel’s page "
    "“Images” to show the address as it is.",
)
NOT_A_DOCUMENT = Text(
    "media.not_a_document",
    "Ce que donne l’adresse {address} n’est ni un PDF, ni un document Word ou Excel, ni une archive ZIP, ni une image. "
    "Enregistrez-le en PDF.",
    "What the address {address} gives is neither a PDF, a Word or Excel document, a ZIP archive nor a picture. Save it as PDF.",
)
ENDED = Text(
    "media.ended",
    "le serveur qui l’ouvrait a été interrompu {times} fois, sans doute faute de mémoire. Enregistrez-la à nouveau en JPEG, plus "
    "petite, ou faites-la réessayer sur la page « Images ».",
    "the server that was opening it was interrupted {times} times, most likely for want of memory. Save it again as a smaller "
    "JPEG, or have it tried again on the page “Images”.",
)
TOO_LARGE_FOR_SHOP = Text(
    "media.too_large_for_shop",
    "même compressée, elle dépasse les {most} Mo que la boutique accepte. Réduisez-la.",
    "even compressed, it exceeds the {most} MB that the shop takes. Make it smaller.",
)
