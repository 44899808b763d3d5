"""Which files belong to an article, in which order, and what is missing. Pure: from what it says and what is there.

The fields of the ERP come first, in their order; then the files that are called after the article's reference and those
of its variants, or after the article's reference and a variant's value (REF_bleu, REF_bleu_38); the family's own picture only
where there is no other.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from raccord_agent.files_index import Found, Index, kind_of
from raccord_agent.files_names import as_file, is_address
from raccord_agent.files_shelf import Wanted
from raccord_agent.files_texts import MISSING, OUTSIDE
from raccord_connectors.contract import Problem
from raccord_connectors.wire_files import MOST_FILES

JOINTS = ("_", "-", " ", ".")
SHORT_NUMBER = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True)
class Place:
    """One file of an article, a name without a file, or an address, which is nobody's file here."""

    name: str
    kind: str
    owner: str = ""
    title: str = ""
    found: Found | None = None
    problem: Problem | None = None


@dataclass(frozen=True)
class NameRules:
    by_reference: bool
    by_family: bool
    folders: str
    """As the merchant reads them in a sentence."""


def places(key: str, wanted: Wanted, index: Index, known: set[str], rules: NameRules) -> list[Place]:
    """`known`: all references there are, as file names."""
    if wanted.paper:
        return [Place(one.shown, "document", found=one) for one in index.mentioning(wanted.sku)[:MOST_FILES]]
    chosen = [_named(key, one.name, one.kind, one.title, one.owner, index, rules) for one in wanted.named]
    taken = {(place.owner, place.found.path) for place in chosen if place.found is not None}
    if rules.by_reference:
        owners = [("", wanted.sku), *([("", key)] if key != wanted.sku else []), *wanted.variants.items()]
        own = {as_file(reference) for reference in wanted.variants.values()}
        by_values = ((owner, name) for owner in wanted.values for name in by_value(wanted, owner))
        owners += [(owner, name) for owner, name in by_values if as_file(name) not in own]
        for owner, reference in owners:
            for found in index.of(reference, known):
                if (owner, found.path) not in taken:
                    taken.add((owner, found.path))
                    chosen.append(Place(found.shown, found.kind, owner, found=found))
    if rules.by_family and wanted.family and not any(place.kind == "picture" for place in chosen):
        family = wanted.family.rpartition(":")[2]
        pictures = [one for one in index.of(family, known) if one.kind == "picture"]
        chosen += [Place(one.shown, "picture", found=one) for one in pictures[:1]]
    return chosen[:MOST_FILES]


def by_value(wanted: Wanted, owner: str) -> Iterator[str]:
    """What files of one variant may be called after: all of its values, then each alone. A value that is a short number is none:
    REF_38 is the thirty-eighth picture as well as the size."""
    values = [value for value in wanted.values.get(owner, ()) if value.strip()]
    told = [value for value in values if not SHORT_NUMBER.fullmatch(value.strip())]
    for parts in ([values] if told and len(values) > 1 else []) + [[value] for value in told]:
        for joint in JOINTS:
            yield joint.join([wanted.sku, *parts])


def references(wanted: Sequence[tuple[str, Wanted]]) -> set[str]:
    """Of all articles and variants, as their files would be called."""
    return {
        as_file(reference)
        for key, one in wanted
        if not one.paper
        for reference in (
            key, one.sku, *one.variants.values(), *(name for owner in one.values for name in by_value(one, owner))
        )
        if reference
    }  # fmt: skip


def _named(key: str, name: str, kind: str, title: str, owner: str, index: Index, rules: NameRules) -> Place:
    if kind == "document" and is_address(name):
        return Place(name, kind, owner, title)  # the platform fetches it, or shows it as it is
    kind = kind_of(name) or kind
    if ".." in name.replace("\\", "/").split("/"):
        problem = Problem("rejected", OUTSIDE.fill(name=name, key=key, folders=rules.folders), field="media")
        return Place(name, kind, owner, title, problem=problem)
    found = index.named(name)
    if found is None:
        problem = Problem("rejected", MISSING.fill(name=name, key=key, folders=rules.folders), field="media")
        return Place(name, kind, owner, title, problem=problem)
    return Place(name, kind, owner, title, found=found)
