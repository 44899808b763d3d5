"""What papers have to say by French law, and what we say of a paper that cannot be made."""

from raccord_connectors.contract import Text

# ------------------------------------------------------------------------------------- on the paper itself

LEGAL = Text("invoice.legal", "{told}", "{told}")
PENALTIES = Text(
    "invoice.penalties",
    "Pénalités de retard : {rate}, exigibles sans rappel dès le lendemain de l’échéance (article L441-10 du code de commerce).",
    "Penalties for late payment: {rate}, due without reminder from the day after the due date (article L441-10 of the French "
    "commercial code).",
)
LEGAL_RATE = Text(
    "invoice.legal_rate", "trois fois le taux d’intérêt légal", "three times the French legal interest rate"
)
INDEMNITY = Text(
    "invoice.indemnity",
    "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €.",
    "Fixed compensation for recovery costs in case of late payment: €40.",
)
NO_EARLY = Text(
    "invoice.no_early_payment", "Pas d’escompte pour paiement anticipé.", "No discount for early payment."
)
EARLY = Text("invoice.early_payment", "Escompte : {terms}", "Discount for early payment: {terms}")
EARLY_PERCENT = Text(
    "invoice.early_percent",
    "Escompte pour paiement anticipé : {percent} %.",
    "Discount for early payment: {percent}%.",
)
DEBITS = Text(
    "invoice.vat_on_debits",
    "Option pour le paiement de la taxe d’après les débits.",
    "VAT is paid on debits (option exercised).",
)
GOODS = Text(
    "invoice.goods", "Nature de l’opération : livraison de biens.", "Nature of the sale: supply of goods."
)
SERVICES = Text(
    "invoice.services",
    "Nature de l’opération : prestation de services.",
    "Nature of the sale: supply of services.",
)
MIXED = Text(
    "invoice.mixed",
    "Nature de l’opération : livraison de biens et prestation de services.",
    "Nature of the sale: supply of goods and services.",
)
ECO = Text(
    "invoice.eco",
    "Dont éco-participation : {amount} HT, sans remise possible.",
    "Including eco-contribution: {amount} excl. VAT, never discounted.",
)
DUE_ON = Text("invoice.due_on", "À payer le {day}.", "Payable on {day}.")
TERMS = Text("invoice.terms", "{terms}", "{terms}")
SEVERAL_DUE = Text("invoice.several_due", "À payer : {parts}.", "Payable: {parts}.")
LEGAL_TERM = Text(
    "invoice.legal_term",
    "À payer sous 30 jours, délai légal à défaut d’accord.",
    "Payable within 30 days, the legal term where none was agreed.",
)
AT_ORDER = Text("invoice.at_order", "Paiement comptant à la commande.", "Paid in full with the order.")

# --------------------------------------------------------------------------------------- papers that wait

LINES_DIFFER = Text(
    "invoice.lines_differ",
    "{number} : ses lignes font {lines} HT et son total {total} HT, soit {difference} d’écart. Le document n’est pas remis au "
    "client. Vérifiez-le dans la gestion : une ligne non valorisée, un escompte ou un port d’en-tête en est souvent la cause.",
    "{number}: its lines make {lines} without tax and its total {total}, a difference of {difference}. The document is not "
    "given to the customer. Check it in the ERP: a line that is not valued, a discount or a header’s fee is often the cause.",
)
TAXES_DIFFER = Text(
    "invoice.taxes_differ",
    "{number} : ses taux de TVA font {table} de taxe et son total {total}, soit {difference} d’écart. Le document n’est pas "
    "remis au client. Vérifiez les codes de taxe de ses lignes dans la gestion.",
    "{number}: its VAT rates make {table} of tax and its total {total}, a difference of {difference}. The document is not given "
    "to the customer. Check the tax codes of its lines in the ERP.",
)
TOTAL_DIFFERS = Text(
    "invoice.total_differs",
    "{number} : {net} HT et {tax} de TVA ne font pas {gross} TTC ({difference} d’écart). Le document n’est pas remis au client. "
    "Vérifiez-le dans la gestion.",
    "{number}: {net} without tax and {tax} of VAT do not make {gross} ({difference} of difference). The document is not given to "
    "the customer. Check it in the ERP.",
)
MISSING = Text(
    "invoice.missing",
    "{number} : il manque {what}. Le document n’est pas remis au client tant que ce n’est pas complété.",
    "{number}: {what} is missing. The document is not given to the customer until it is completed.",
)

# ----------------------------------------------------------------------------------------- what is missing

SELLER_NAME = Text(
    "invoice.no_seller_name",
    "le nom de votre société (réglages des documents)",
    "your company’s name (document settings)",
)
SELLER_ADDRESS = Text(
    "invoice.no_seller_address",
    "l’adresse de votre société (réglages des documents)",
    "your company’s address (document settings)",
)
SELLER_SIREN = Text(
    "invoice.no_seller_siren",
    "le SIRET de votre société (réglages des documents)",
    "your company’s SIRET (document settings)",
)
SELLER_VAT = Text(
    "invoice.no_seller_vat",
    "le numéro de TVA de votre société (réglages des documents)",
    "your company’s VAT number (document settings)",
)
SELLER_FORM = Text(
    "invoice.no_seller_form",
    "la forme juridique et, pour une société, le capital et le RCS (réglages des documents)",
    "the legal form and, for a company, capital and register (document settings)",
)
BUYER_NAME = Text("invoice.no_buyer_name", "le nom du client {key}", "the name of the customer {key}")
BUYER_ADDRESS = Text(
    "invoice.no_buyer_address",
    "l’adresse complète du client {key}",
    "the whole address of the customer {key}",
)
BUYER_SIREN = Text(
    "invoice.no_buyer_siren",
    "le SIREN du client {key} : obligatoire sur une facture électronique entre professionnels",
    "the SIREN of the customer {key}: mandatory on an electronic invoice between businesses",
)
BUYER_VAT = Text(
    "invoice.no_buyer_vat",
    "le numéro de TVA du client {key} : obligatoire pour une livraison intracommunautaire",
    "the VAT number of the customer {key}: mandatory for an intra-community supply",
)
NO_LINES = Text("invoice.no_lines", "au moins une ligne", "at least one line")
NO_RATE = Text(
    "invoice.no_rate", "le taux de TVA de la ligne « {title} »", "the VAT rate of the line “{title}”"
)
NO_TITLE = Text("invoice.no_title", "la désignation de la ligne {line}", "the description of line {line}")
NO_REASON = Text(
    "invoice.no_reason",
    "le motif d’exonération des lignes sans TVA (réglages des documents)",
    "the reason why lines without VAT are exempt (document settings)",
)
NO_DUE = Text(
    "invoice.no_due", "l’échéance ou les conditions de paiement", "the due date or the terms of payment"
)
NO_CORRECTED = Text(
    "invoice.no_corrected",
    "le numéro de la facture que cet avoir corrige",
    "the number of the invoice that this credit note corrects",
)
