"""Which of the two languages a person reads: `--lang`, else the system's."""

import locale
import os
from collections.abc import Mapping, Sequence


def language_of(
    arguments: Sequence[str], environment: Mapping[str, str] = os.environ, *, system: str | None = None
) -> str:
    """ "fr" or "en". A machine that names no language (a service, a bare container) gets French."""
    for place, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return _known(argument.partition("=")[2])
        if argument == "--lang" and place + 1 < len(arguments):
            return _known(arguments[place + 1])
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if named := environment.get(variable):
            return _known(named)
    return _known(system if system is not None else locale.getlocale()[0] or "")


def _known(name: str) -> str:
    """ "fr_FR.UTF-8", "French_France", "C" → "fr"; "en_GB", "de_DE" → "en"."""
    lowered = name.lower()
    if lowered.startswith("fr") or lowered.partition(".")[0] in ("", "c", "posix"):
        return "fr"
    return "en"
