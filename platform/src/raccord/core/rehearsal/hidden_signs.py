"""References with signs that nobody sees, and texts that went through a wrong conversion."""

import re
from collections.abc import Iterator

from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.loose import invisible_signs
from raccord.core.rehearsal.subjects import Article, World
from raccord_connectors.contract import Text

INVISIBLE = Kind(
    code="sku.invisible", severity="advice", place="erp", stream="products",
    title=Text("rehearsal.sku.invisible", "Références avec des caractères invisibles", "References with invisible characters"),
    remedy=Text(
        "rehearsal.sku.invisible.remedy",
        "Dans la gestion, ressaisissez la référence à la main (un copier-coller apporte souvent ces caractères). Sinon elle ne "
        "sera jamais retrouvée par qui la tape.",
        "In the ERP, type the reference anew by hand (copy and paste often brings such characters). Otherwise whoever types it "
        "never finds it.",
    ),
    says=Text(
        "rehearsal.sku.invisible.says",
        "Article {key} : la référence « {sku} » contient un caractère qui ne se voit pas ({signs}).",
        "Article {key}: the reference “{sku}” contains a character that cannot be seen ({signs}).",
    ),
)  # fmt: skip
DAMAGED = Kind(
    code="text.damaged", severity="advice", place="erp", stream="products",
    title=Text("rehearsal.text.damaged", "Textes abîmés par une conversion", "Texts damaged by a conversion"),
    remedy=Text(
        "rehearsal.text.damaged.remedy",
        "Dans la gestion, corrigez le texte : les clients le liraient tel quel.",
        "In the ERP, correct the text: customers would read it as it is.",
    ),
    says=Text(
        "rehearsal.text.damaged.says",
        "Article {key} : « {text} » contient des signes qui viennent d’une conversion manquée ({signs}).",
        "Article {key}: “{text}” contains signs that come from a conversion gone wrong ({signs}).",
    ),
)  # fmt: skip
MOJIBAKE = re.compile("\ufffd|Ã[\u0080-¿ƒŠ‰¢¨ª®´»¼§¯]|â€[™œ\u009d“”¦˜]|Â[ °«»]")
"""UTF-8 read as cp1252: "Ã©" for "é", "â€™" for "’"; and the sign of what could not be read at all."""


def find(article: Article, _: World) -> Iterator[Finding]:
    product = article.product
    for item in product.variants or (product,):
        signs = invisible_signs(item.sku)
        if signs:
            part = item.key if item.key != product.key else ""
            yield INVISIBLE.of(product.key, part=part, sku=item.sku, signs=", ".join(signs).lower())
    for field, text in (("", product.name), ("description", product.description)):
        found = list(dict.fromkeys(MOJIBAKE.findall(text)))
        if found:
            short = text if len(text) <= 80 else f"{text[:79]}…"
            yield DAMAGED.of(product.key, part=field, text=short, signs=" ".join(found))


CHECK = Check(Article, (INVISIBLE, DAMAGED), find)
