"""What a channel's rules become when it goes back to an older version. Pure."""

from raccord.core.rules import Mapping, Rule
from raccord.core.targets import parse


def going_back(old: Mapping, now: Mapping) -> Mapping:
    """`old`, in the place of `now`: what only a rule of `now` puts into the shop (a characteristic, a custom field, a text in
    one more language) is taken out again. Without a rule it would stay there for ever, as the shop's own."""
    filled = {rule.target for rule in old.rules}
    emptied = [
        Rule(target=rule.target, when_empty="clear")
        for rule in now.rules
        if rule.target not in filled and _fills(rule) and is_open(rule.target)
    ]
    return Mapping([*old.rules, *emptied], old.tables) if emptied else old


def is_open(target: str) -> bool:
    """One of a shop's fields whose names a merchant chooses; the values of a variant's axis are part of the variant."""
    found = parse(target)
    return found is not None and found[2] is not None and found[1] != "options"


def _fills(rule: Rule) -> bool:
    return rule.owner != "shop" and bool(rule.sources or rule.steps)
