"""The words and figures of a drawn paper, in French and English."""

from datetime import date
from decimal import Decimal

from raccord.core.invoice_mentions import SIGNS
from raccord.core.invoice_model import InvoiceModel

_WORDS = {
    "invoice": ("Facture", "Invoice"),
    "credit": ("Avoir", "Credit note"),
    "deposit": ("Facture d’acompte", "Deposit invoice"),
    "number": ("N°", "No."),
    "of": ("du {day}", "of {day}"),
    "billed": ("Facturé à", "Billed to"),
    "credited": ("En faveur de", "Credited to"),
    "delivered_to": ("Livré à", "Delivered to"),
    "orders": ("Commande", "Order"),
    "your_reference": ("Votre référence", "Your reference"),
    "customer": ("Code client", "Customer code"),
    "delivered": ("Livraison", "Delivered"),
    "due": ("Échéance", "Due date"),
    "corrects": ("Facture corrigée", "Corrected invoice"),
    "vat_number": ("TVA", "VAT"),
    "item": ("Référence", "Reference"),
    "title": ("Désignation", "Description"),
    "quantity": ("Qté", "Qty"),
    "price": ("P.U. HT", "Unit price"),
    "rate": ("TVA", "VAT"),
    "net": ("Montant HT", "Net amount"),
    "eco_line": ("dont éco-participation {amount} HT", "including eco-contribution {amount}"),
    "before": ("au lieu de {price}", "instead of {price}"),
    "vat_table": ("Taux de TVA", "VAT rate"),
    "base": ("Base HT", "Taxable amount"),
    "tax": ("TVA", "VAT"),
    "exempt": ("Exonéré", "Exempt"),
    "total_net": ("Total HT", "Total excl. VAT"),
    "total_tax": ("Total TVA", "Total VAT"),
    "total_gross": ("Total TTC", "Total incl. VAT"),
    "deposit_paid": ("Acompte", "Deposit"),
    "to_pay": ("Net à payer", "Amount due"),
    "to_give": ("Net en votre faveur", "Amount in your favour"),
    "payment": ("Règlement", "Payment"),
    "page": ("Page {page} sur {pages}", "Page {page} of {pages}"),
    "goes_on": ("suite page suivante", "continued on next page"),
}
_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),  # noqa: SIM905
    "en": "January February March April May June July August September October November December".split(),  # noqa: SIM905
}


class Words:
    """`language` is "fr" or "en"."""

    def __init__(self, language: str, currency: str) -> None:
        self.french = language != "en"
        self.language = "fr" if self.french else "en"
        self._sign = SIGNS.get(currency, currency)

    def say(self, word: str, **values: object) -> str:
        return _WORDS[word][0 if self.french else 1].format(**values)

    def day(self, day: date) -> str:
        first = "1er" if self.french and day.day == 1 else str(day.day)
        return f"{first} {_MONTHS[self.language][day.month - 1]} {day.year}"

    def short_day(self, day: date) -> str:
        return f"{day:%d/%m/%Y}"

    def money(self, amount: Decimal) -> str:
        number = self._number(f"{amount:,.2f}")
        return f"{number}\u00a0{self._sign}" if self.french or len(self._sign) > 1 else self._before(number)

    def _before(self, number: str) -> str:
        return f"-{self._sign}{number[1:]}" if number.startswith("-") else f"{self._sign}{number}"

    def price(self, amount: Decimal) -> str:
        """Two decimals, or as many as it needs."""
        needed = max(2, -int(amount.normalize().as_tuple().exponent))
        return self._number(f"{amount:,.{min(needed, 4)}f}")

    def quantity(self, amount: Decimal) -> str:
        return self._number(format(amount.normalize(), ",f"))

    def rate(self, rate: Decimal) -> str:
        number = self._number(format(rate.normalize(), "f"))
        return f"{number}\u00a0%" if self.french else f"{number}%"

    def _number(self, english: str) -> str:
        return english.replace(",", "\u202f").replace(".", ",") if self.french else english


def title_of(model: InvoiceModel, words: Words) -> str:
    return words.say(model.kind)
