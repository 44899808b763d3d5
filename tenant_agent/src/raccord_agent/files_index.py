"""The files of the allowed folders, by the names under which they may be asked for. Nothing outside is ever opened.

A link is followed only where it leads into an allowed folder. A folder that cannot be listed ends the look: then nothing
is known of what is in it, and nothing may be concluded from its silence.
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from raccord_agent.files_names import DOCUMENTS, PICTURES, as_file, claims, extension, parts, plain

DEEPEST = 12
"""Folders below an allowed one."""


class FolderAway(Exception):
    """An allowed folder, or one below it, could not be listed."""

    def __init__(self, folder: str, error: OSError) -> None:
        super().__init__(folder)
        self.folder = folder
        self.reason = error.strerror or type(error).__name__


@dataclass(frozen=True)
class Found:
    path: str
    shown: str
    """Below its allowed folder, as the merchant sees it."""
    size: int
    mtime: int
    kind: str


_WORDS = re.compile(r"[a-z0-9]+")


@dataclass
class Index:
    by_name: dict[str, list[Found]] = field(default_factory=lambda: defaultdict(list))
    """File name, made plain → files of this name."""
    by_claim: dict[str, list[tuple[int, str, Found]]] = field(default_factory=lambda: defaultdict(list))
    """Reference that a name may stand for → place in the order, the whole stem, file."""

    by_word: dict[str, list[Found]] = field(default_factory=lambda: defaultdict(list))
    """Word of a document's name, made plain → files that have it: an invoice's own file holds its number among others."""

    def add(self, found: Found) -> None:
        name = plain(os.path.basename(found.shown))
        self.by_name[name].append(found)
        stem = as_file(name.rpartition(".")[0])
        for reference, place in claims(stem):
            self.by_claim[reference].append((place, stem, found))
        if found.kind == "document":
            for word in {stem, *_WORDS.findall(stem)}:
                self.by_word[word].append(found)

    def mentioning(self, number: str) -> list[Found]:
        """Documents whose name holds this number as a word of its own: `Facture_FA00012 (2).pdf`, in the order of their names."""
        return sorted(self.by_word.get(as_file(number), []), key=lambda one: one.shown)

    def named(self, name: str) -> Found | None:
        """By a name or a path of the ERP: the file whose path ends as it does, in the order of the allowed folders."""
        pieces = parts(name)
        if not pieces:
            return None
        among = self.by_name.get(pieces[-1], [])
        return max(among, key=lambda one: _same_end(parts(one.shown), pieces), default=None)

    def of(self, reference: str, known: set[str]) -> list[Found]:
        """All that are called after a reference, in order. A name that is a reference itself belongs to that one."""
        wanted = as_file(reference)
        if not wanted:
            return []
        found = [
            (place, one.shown, one)
            for place, stem, one in self.by_claim.get(wanted, [])
            if stem == wanted or stem not in known
        ]
        return [one for _, _, one in sorted(found, key=lambda entry: entry[:2])]

    def __iter__(self) -> Iterator[Found]:
        return (one for among in self.by_name.values() for one in among)


def look(folders: Sequence[Path]) -> Index:
    """Raises `FolderAway`."""
    index = Index()
    roots = [os.path.realpath(folder) for folder in folders]
    for root in roots:
        for path, shown in _walk(root, root, 0, roots):
            kind = kind_of(shown)
            if kind is None:
                continue
            try:
                state = os.stat(path)
            except OSError:
                continue  # gone since it was listed
            index.add(Found(path, shown, state.st_size, state.st_mtime_ns, kind))
    return index


def kind_of(name: str) -> str | None:
    ending = extension(name)
    return "picture" if ending in PICTURES else "document" if ending in DOCUMENTS else None


def is_inside(path: str, roots: Iterable[str]) -> bool:
    real = os.path.realpath(path)
    return any(real == root or real.startswith(root.rstrip(os.sep) + os.sep) for root in roots)


def _walk(folder: str, root: str, depth: int, roots: Sequence[str]) -> Iterator[tuple[str, str]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise FolderAway(folder, error) from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_symlink() and not is_inside(entry.path, roots):
            continue
        if entry.is_dir():
            # A link to a folder that is looked through anyway would only show its files twice, or for ever.
            if depth < DEEPEST and not entry.is_symlink():
                yield from _walk(entry.path, root, depth + 1, roots)
        elif entry.is_file():
            yield entry.path, os.path.relpath(entry.path, root)


def _same_end(ours: tuple[str, ...], theirs: tuple[str, ...]) -> int:
    same = 0
    for one, other in zip(reversed(ours), reversed(theirs), strict=False):
        if one != other:
            break
        same += 1
    return same
