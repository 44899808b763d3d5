"""What this connector says to a person about money."""

from raccord_connectors.contract import Text

NO_AMOUNT = Text(
    "tryton.payment_without_amount",
    "Le règlement {key} est de {amount} : il n’y a rien à saisir. Vérifiez-le dans la boutique.",
    "The payment {key} is of {amount}: there is nothing to enter. Check it in the shop.",
)
UNKNOWN_DOCUMENT = Text(
    "tryton.payment_of_unknown_sale",
    "Le règlement {key} est d’une vente {document} qui n’existe pas (ou plus) dans Tryton, ou y est annulée. Saisissez-le à la "
    "main, ou traitez la commande.",
    "The payment {key} is of a sale {document} that does not exist (any more) in Tryton, or is cancelled there. Enter it by "
    "hand, or treat the order.",
)
OTHER_REFERENCE = Text(
    "tryton.payment_of_other_sale",
    "Le règlement {key} ne va pas à la vente {number} : celle-ci porte la référence « {reference} ». Remettez dans Tryton la "
    "référence que Raccord y avait écrite.",
    "The payment {key} does not belong to the sale {number}, which carries the reference “{reference}”. Put the reference that "
    "Raccord had written back into Tryton.",
)
OTHER_CURRENCY = Text(
    "tryton.payment_currency",
    "Le règlement {key} est en {currency} et la vente {number} en {known}. Saisissez-le à la main dans Tryton.",
    "The payment {key} is in {currency} and the sale {number} in {known}. Enter it by hand in Tryton.",
)
NO_PAYMENT_METHOD = Text(
    "tryton.no_payment_method",
    "Règlement {key} : aucun mode de paiement de Tryton ne s’appelle « {method} » (trouvés : {known}). Choisissez le mode dans "
    "les règlements du canal, donnez un mode habituel à la connexion, ou créez-le dans Tryton (Comptabilité > Configuration).",
    "Payment {key}: no payment method of Tryton is called “{method}” (found: {known}). Choose the mode in the channel’s "
    "payments, give the connection a usual one, or create it in Tryton (Financial > Configuration).",
)
NO_DEPOSIT_ACCOUNT = Text(
    "tryton.no_deposit_account",
    "Aucun compte unique ne reçoit les acomptes dans Tryton (comptes de type « produits constatés d’avance » : {known}). Activez "
    "le module sale_advance_payment, puis choisissez le compte (4191) dans les réglages de la connexion.",
    "No single account takes deposits in Tryton (accounts of the type “unearned revenue”: {known}). Activate the module "
    "sale_advance_payment, then choose the account (4191) in the settings of the connection.",
)
NO_SUCH_RATE = Text(
    "tryton.deposit_rate",
    "Acompte {key} : aucune ligne de la vente {number} n’est à {rate} % de TVA dans Tryton. Saisissez l’acompte à la main.",
    "Deposit {key}: no line of the sale {number} has {rate} % of VAT in Tryton. Enter the deposit by hand.",
)
DEPOSIT_DIFFERS = Text(
    "tryton.deposit_differs",
    "Acompte {key} : Tryton arrive à {found} au lieu de {wanted}. Rien n’a été comptabilisé. Vérifiez les taxes du compte "
    "d’acomptes dans Tryton, puis réessayez.",
    "Deposit {key}: Tryton comes to {found} instead of {wanted}. Nothing was posted. Check the taxes of the account for deposits "
    "in Tryton, then retry.",
)
NOT_INVOICED_YET = Text(
    "tryton.deposit_too_early",
    "Acompte {key} : la vente {number} n’a pas encore de facture (même en brouillon) d’où le déduire. Tryton facture ces ventes "
    "après la livraison. Le règlement sera saisi dès que la facture existera.",
    "Deposit {key}: the sale {number} has no invoice yet (not even a draft) to take it off. Tryton invoices these sales "
    "after the delivery. The payment will be entered as soon as the invoice exists.",
)
MORE_THAN_DUE = Text(
    "tryton.payment_too_large",
    "Le règlement {key} est de {amount}, et il n’est dû que {due} sur la vente {number} dans Tryton. Il n’est pas saisi. "
    "Vérifiez les règlements de cette vente.",
    "The payment {key} is of {amount}, and only {due} is due on the sale {number} in Tryton. It is not entered. Check the "
    "payments of that sale.",
)
MORE_THAN_CREDIT = Text(
    "tryton.refund_exceeds_credit",
    "Le remboursement {key} est de {amount}, et l’avoir comptabilisé n’a que {left} à rembourser dans Tryton. Il n’est pas "
    "saisi. Vérifiez l’avoir et ses règlements.",
    "The refund {key} is of {amount}, and the posted credit note has only {left} to give back in Tryton. It is not entered. "
    "Check the credit note and its payments.",
)
MORE_THAN_DEPOSITS = Text(
    "tryton.refund_exceeds_deposits",
    "Le remboursement {key} est de {amount}, et il ne reste que {left} d’acomptes sur la vente {number} dans Tryton. Il n’est "
    "pas saisi. Vérifiez les règlements de cette vente.",
    "The refund {key} is of {amount}, and only {left} of deposits is left on the sale {number} in Tryton. It is not entered. "
    "Check the payments of that sale.",
)
NEEDS_CREDIT = Text(
    "tryton.refund_needs_credit",
    "Le remboursement {key} de {amount} n’a pas d’avoir : la vente {number} n’a plus d’acompte à rendre dans Tryton. Faites "
    "l’avoir dans Tryton et payez-le, ou laissez Raccord faire les avoirs.",
    "The refund {key} of {amount} has no credit note: the sale {number} has no deposit left to give back in Tryton. Make the "
    "credit note in Tryton and pay it out, or let Raccord make the credit notes.",
)
PAYMENT_REFUSED = Text(
    "tryton.payment_refused",
    "Règlement {key} : Tryton refuse : « {sentence} » Corrigez la cause dans Tryton (période close, droit manquant…) : il sera "
    "retenté, et repris où il en était.",
    "Payment {key}: Tryton refuses: “{sentence}” Correct the cause in Tryton (closed period, missing right…): it will be tried "
    "again, from where it stopped.",
)
PAYMENT_WARNED = Text(
    "tryton.payment_warned",
    "Règlement {key} : Tryton demande à une personne de confirmer : « {sentence} » Saisissez ce règlement dans Tryton, la "
    "description de l’écriture commençant par {key} : il sera reconnu.",
    "Payment {key}: Tryton asks a person to confirm: “{sentence}” Enter this payment in Tryton, the description of its move "
    "beginning with {key}: it will be recognised.",
)
