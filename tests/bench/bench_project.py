"""Projecting 100,000 articles by 30 rules, beside the same 30 rules written by hand as plain closures.

Both start from decoded records and end with a `Listing`. Beside the rules, both convert the price, check the bar code and
find the tax class with the product's own functions: what is measured is what rules as data cost, five formulas in CEL among
them, which the closures have as plain Python.
"""

import gc
import html
import time
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bench.budget import Figure
from raccord.core.channel import ChannelSettings
from raccord.core.codes import gtin, normal_sku
from raccord.core.placing import category_paths
from raccord.core.pricing import Article, PriceRule, ordinary_price
from raccord.core.projection import Projection
from raccord.core.rules import Mapping, Rule
from raccord.core.step_texts import cut, to_html
from raccord.core.steps import Cut, Default, First, Formula, Html, Lookup, Split, Table, Trim
from raccord_connectors.canonical import EcoContribution, Listing, Offer, PriceSet, Product, Tax, plain
from support.catalogue import SHOP, TODAY, prices, product

ARTICLES = 5_000
ROUNDS = 20
REPEATS = 3
TENTH = Decimal("0.1")
COLOURS = {"01": "Rouge", "02": "Bleu", "03": "Vert"}
PATHS = {"F1": ["Maison", "Salon"], "F2": ["Maison", "Cuisine"]}

RULES = [
    Rule(target="name", sources=["product.name"], steps=[Trim()]),
    Rule(target="description", sources=["product.description"], steps=[Trim(), Html()]),
    Rule(target="summary", sources=["product.summary"], steps=[Trim(), Cut(80)]),
    Rule(target="slug", sources=["product.custom.SLUG"]),
    Rule(
        target="seo_title",
        steps=[Formula('cut(product.brand != "" ? product.brand + " – " + trim(product.name) : product.name, 60)')],
    ),
    Rule(target="seo_description", sources=["product.summary", "product.description"], steps=[First(), Cut(150)]),
    Rule(target="names", sources=["product.names"]),
    Rule(target="descriptions", sources=["product.descriptions"], steps=[Html()]),
    Rule(target="categories", sources=["categories"]),
    Rule(target="brand", sources=["product.brand"], steps=[Trim()]),
    Rule(target="tags", sources=["product.custom.MOTS"], steps=[Split(";")]),
    Rule(target="tax_class", sources=["tax.class"]),
    Rule(target="tax_rate", sources=["tax.rate"]),
    Rule(target="features.Couleur", sources=["product.custom.COULEUR"], steps=[Lookup("Couleurs", otherwise="nothing")]),
    Rule(target="features.Matière", sources=["product.custom.MATIERE"], steps=[Split("/")]),
    Rule(target="features.Origine", sources=["product.origin_country"], steps=[Default("FR")]),
    Rule(target="features.Unité", sources=["product.unit"]),
    Rule(target="features.Gamme", steps=[Formula('custom.GAMME != "" ? custom.GAMME : "Essentiel"')]),
    Rule(target="custom.douane", sources=["product.customs_code"]),
    Rule(target="custom.fournisseur", sources=["product.custom.FOURNISSEUR"]),
    Rule(target="custom.collection", steps=[Formula('custom.GAMME + " " + custom.ANNEE')]),
    Rule(target="custom.garantie", sources=["product.custom.GARANTIE"], steps=[Default("2 ans")]),
    Rule(target="custom.remplace", sources=["product.replaced_by"]),
    Rule(target="offer.sku", sources=["item.sku"], steps=[Trim()]),
    Rule(target="offer.price", sources=["price"]),
    Rule(target="offer.ean", sources=["ean"]),
    Rule(target="offer.mpn", sources=["item.mpn", "product.mpn"], steps=[First(), Trim()]),
    Rule(target="offer.weight_g", sources=["item.weight_g", "product.weight_g"], steps=[First()]),
    Rule(
        target="offer.custom.rayon",
        steps=[Formula('product.family.startsWith("F") ? product.family + "/" + custom.RAYON : ""')],
    ),
    Rule(target="offer.custom.poids", steps=[Formula('text(round(product.weight_g / 1000.0, 1)) + " kg"')]),
]  # fmt: skip


def figures() -> list[Figure]:
    assert (30, 5) == (len(RULES), sum(isinstance(step, Formula) for rule in RULES for step in rule.steps))
    articles = [article(number) for number in range(ARTICLES)]
    known = [
        {one.key: prices(one.key, Decimal(100 + number % 900) / 10)} for number, one in enumerate(articles)
    ]
    projection = Projection(Mapping(RULES, {"Couleurs": Table(COLOURS)}), ChannelSettings(), SHOP)
    by_hand = closures()

    def by_rules(one: Product, priced: dict[str, PriceSet]) -> Listing | None:
        return projection.listing(one, priced, PATHS, TODAY).listing

    for one, priced in zip(articles[:200], known, strict=False):
        assert by_rules(one, priced) == by_hand(one, priced), "both must make the same listing"
    gc.collect()
    gc.freeze()
    timed = [
        (_seconds(by_rules, articles, known), _seconds(by_hand, articles, known)) for _ in range(REPEATS)
    ]
    gc.unfreeze()
    rules, plain = min(first for first, _ in timed), min(second for _, second in timed)
    return [
        Figure(
            path=f"project, {ARTICLES * ROUNDS:,} articles, 30 rules of which 5 formulas",
            limit="the same rules as plain closures",
            value=rules,
            limit_value=plain,
            unit="s",
            budget=4.0,
        )
    ]


def article(number: int) -> Product:
    return product(
        f"ART{number:05}",
        name=f" Chaise Lucie n° {number} ",
        names={"fr": f"Chaise {number}", "en": f"Chair {number}"},
        description=f"Hêtre massif, assise paillée.\n\nHauteur {number % 90} cm & finition < cire >",
        descriptions={"en": "Solid beech"},
        summary=f"Une chaise solide pour la cuisine ou le jardin, modèle {number}",
        family="F1" if number % 2 else "F2",
        brand="Duval",
        ean="3017620422003",
        mpn=f"DUV-{number}",
        unit="pièce",
        weight_g=Decimal(4200 + number % 100),
        tax=Tax(code="V20", rate=Decimal(20)),
        eco_contribution=EcoContribution(code="DEA", amount=Decimal("0.35")),
        customs_code="940161",
        custom={
            "SLUG": f"chaise-{number}",
            "MOTS": "chaise; hêtre ;cuisine",
            "COULEUR": f"0{number % 3 + 1}",
            "MATIERE": "hêtre / paille",
            "GAMME": "Campagne",
            "ANNEE": "2026",
            "FOURNISSEUR": "DUVAL",
            "RAYON": "12",
        },
    )


def closures() -> Callable[[Product, dict[str, PriceSet]], Listing]:
    """What a programmer would write for these very rules."""
    classes = {Decimal(20): "", Decimal("5.5"): "reduced-rate", Decimal(0): "zero-rate"}
    rule = PriceRule(category=None, currency="EUR", tax_included=True, with_eco_contribution=True)

    def listing(one: Product, priced: dict[str, PriceSet]) -> Listing:
        custom = one.custom.get
        assert one.tax is not None
        features: dict[str, list[str]] = {}
        if colour := COLOURS.get(str(custom("COULEUR") or "")):
            features["Couleur"] = [colour]
        if parts := _parts(custom("MATIERE"), "/"):
            features["Matière"] = parts
        features["Origine"] = [one.origin_country or "FR"]
        if one.unit:
            features["Unité"] = [one.unit]
        features["Gamme"] = [str(custom("GAMME") or "Essentiel")]
        own: dict[str, Any] = {"garantie": custom("GARANTIE") or "2 ans"}
        if one.customs_code:
            own["douane"] = one.customs_code
        if supplier := custom("FOURNISSEUR"):
            own["fournisseur"] = supplier
        own["collection"] = f"{custom('GAMME') or ''} {custom('ANNEE') or ''}"
        if one.replaced_by:
            own["remplace"] = one.replaced_by
        for_offer: dict[str, Any] = {}
        if one.family and one.family.startswith("F"):
            for_offer["rayon"] = f"{one.family}/{custom('RAYON')}"
        if one.weight_g is not None:
            kilos = (one.weight_g / 1000).quantize(TENTH, ROUND_HALF_UP)
            for_offer["poids"] = f"{plain(kilos):f} kg"
        price = ordinary_price(priced.get(one.key), rule, Article(one.tax.rate, one.eco_contribution), TODAY)
        assert price is not None
        sku = one.sku.strip()
        assert normal_sku(sku)
        return Listing(
            key=one.key,
            published=True,
            name=one.name.strip(),
            description=to_html(one.description.strip()),
            summary=cut(one.summary.strip(), 80),
            slug=str(custom("SLUG")),
            seo_title=cut(f"{one.brand} – {one.name.strip()}" if one.brand else one.name, 60),
            seo_description=cut(one.summary or one.description, 150),
            names=one.names,
            descriptions={k: f"<p>{html.escape(v, quote=False)}</p>" for k, v in one.descriptions.items()},
            categories=category_paths(one, PATHS),
            brand=(one.brand or "").strip(),
            tags=_parts(custom("MOTS"), ";"),
            tax_class=classes[one.tax.rate],
            tax_rate=one.tax.rate,
            features=features,
            custom=own,
            offers=[
                Offer(
                    key=one.key,
                    sku=sku,
                    price=price,
                    ean=gtin(one.ean) if one.ean else None,
                    mpn=(one.mpn or "").strip(),
                    weight_g=one.weight_g,
                    custom=for_offer,
                )
            ],
        )

    return listing


def _parts(value: object, separator: str) -> list[str]:
    return [part for p in str(value or "").split(separator) if (part := p.strip())]


def _seconds(
    work: Callable[[Product, dict[str, PriceSet]], object],
    articles: list[Product],
    known: list[dict[str, PriceSet]],
) -> float:
    begun = time.process_time()
    for _ in range(ROUNDS):
        for one, priced in zip(articles, known, strict=True):
            work(one, priced)
    return time.process_time() - begun
