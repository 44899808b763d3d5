"""What the projection says of a record that it cannot send as it is."""

from raccord_connectors.contract import Text

PREFIX = "projection."
"""Of the codes below: problems that the projection sets and that it alone takes back."""

NO_NAME = Text(
    "projection.no_name",
    "Article {key} : il n’a pas de désignation. Saisissez-en une dans la gestion.",
    "Article {key}: it has no name. Enter one in the ERP.",
)
NO_SKU = Text(
    "projection.no_sku",
    "Article {key} : {item} n’a pas de référence. Saisissez-en une dans la gestion.",
    "Article {key}: {item} has no reference. Enter one in the ERP.",
)
NO_PRICE = Text(
    "projection.no_price",
    "Article {key} : aucun prix supérieur à zéro{category}. Il n’est pas vendu à 0 : saisissez-en un dans la gestion.",
    "Article {key}: no price above zero{category}. It is not sold at 0: enter one in the ERP.",
)
NO_VARIANT_PRICE = Text(
    "projection.no_variant_price",
    "Article {key} : {item} n’a aucun prix supérieur à zéro{category}. Cette variante n’est pas en vente ; les autres "
    "le sont. Saisissez son prix dans la gestion.",
    "Article {key}: {item} has no price above zero{category}. This variant is not on sale; the others are. Enter its "
    "price in the ERP.",
)
BELOW_COST = Text(
    "projection.below_cost",
    "Article {key} : le prix de {item} ({price} HT) est inférieur à son prix d’achat ({limit} HT). Il n’est pas envoyé ; "
    "corrigez l’un des deux dans la gestion, ou acceptez les ventes à perte dans les règles de prix du canal.",
    "Article {key}: the price of {item} ({price} without tax) is below its purchase cost ({limit} without tax). It is not "
    "sent; correct one of them in the ERP, or accept sales at a loss in the channel’s price rules.",
)
BELOW_LOWEST = Text(
    "projection.below_lowest",
    "Article {key} : le prix de {item} ({price}) est inférieur au prix minimum du canal ({limit}). Il n’est pas envoyé ; "
    "corrigez-le dans la gestion, ou changez ce minimum dans les règles de prix.",
    "Article {key}: the price of {item} ({price}) is below the channel’s lowest price ({limit}). It is not sent; correct it "
    "in the ERP, or change that limit in the price rules.",
)
NO_RATE = Text(
    "projection.no_rate",
    "Article {key} : son taux de TVA est inconnu, et le prix ne peut pas être converti entre HT et TTC. Vérifiez le code "
    "de taxe de l’article dans la gestion.",
    "Article {key}: its VAT rate is not known, and the price cannot be converted between without and with tax. Check the "
    "article’s tax code in the ERP.",
)
NO_TAX = Text(
    "projection.no_tax",
    "Article {key} : son taux de TVA est inconnu, et la boutique a plusieurs classes de taxe. Vérifiez le code de taxe de "
    "l’article dans la gestion.",
    "Article {key}: its VAT rate is not known, and the shop has several tax classes. Check the article’s tax code in the "
    "ERP.",
)
NO_TAX_CLASS = Text(
    "projection.no_tax_class",
    "Article {key} : la boutique n’a pas de classe de taxe à {rate} %. Créez-la dans la boutique puis testez la "
    "connexion, ou indiquez dans les réglages du canal laquelle prendre.",
    "Article {key}: the shop has no tax class at {rate} %. Create it in the shop and test the connection, or say in the "
    "channel’s settings which one to use.",
)
WRONG_EAN = Text(
    "projection.wrong_ean",
    "Article {key} : le code-barres « {ean} » de {item} n’est pas un EAN ou un UPC valable (chiffre de contrôle ou "
    "longueur). L’article est envoyé sans lui ; corrigez-le dans la gestion.",
    "Article {key}: the bar code “{ean}” of {item} is not a valid EAN or UPC (check digit or length). The article is sent "
    "without it; correct it in the ERP.",
)
SAME_SKU = Text(
    "projection.same_sku",
    "Article {key} : la référence « {sku} » est aussi celle de l’article {other} (sans compter les majuscules et les "
    "espaces). Seul {other} est envoyé ; donnez une autre référence à l’un des deux.",
    "Article {key}: the reference “{sku}” is also that of article {other} (capitals and spaces aside). Only {other} is "
    "sent; give one of the two another reference.",
)
SAME_SKU_INSIDE = Text(
    "projection.same_sku_inside",
    "Article {key} : deux de ses variantes ont la référence « {sku} » (sans compter les majuscules et les espaces). "
    "Donnez à chacune la sienne dans la gestion.",
    "Article {key}: two of its variants have the reference “{sku}” (capitals and spaces aside). Give each its own in the "
    "ERP.",
)
SAME_OPTIONS_INSIDE = Text(
    "projection.same_options_inside",
    "Article {key} : deux de ses variantes ont les mêmes valeurs dans la boutique ({options}). Donnez à chacune les siennes dans "
    "la gestion, ou corrigez la règle ou la table qui les fait.",
    "Article {key}: two of its variants have the same values in the shop ({options}). Give each its own in the ERP, or correct "
    "the rule or table that makes them.",
)
RULE_FAILED = Text(
    "projection.rule_failed",
    "Article {key} : la règle « {target} » ne peut pas traiter la valeur de {item} ({reason}). Corrigez la règle ou la "
    "valeur.",
    "Article {key}: the rule “{target}” cannot handle the value of {item} ({reason}). Correct the rule or the value.",
)
UNREADABLE = Text(
    "projection.unreadable",
    "Article {key} : ce que l’agent a envoyé n’a pas la forme attendue ({reason}). Mettez l’agent à jour.",
    "Article {key}: what the agent sent does not have the expected form ({reason}). Update the agent.",
)
OUR_FAULT = Text(
    "projection.our_fault",
    "Article {key} : une erreur de notre fait empêche de le préparer pour la boutique ; elle nous est signalée, vous "
    "n’avez rien à faire.",
    "Article {key}: an error of ours prevents it from being prepared for the shop; it is reported to us, there is nothing "
    "for you to do.",
)
