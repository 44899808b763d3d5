"""Connectors that misbehave on purpose, at least one for each guarantee of the conformance suite.

They exist so that the suite itself is tested: it must fail on each of them, and on the guarantee that it breaks
(`tests/connectors/test_conformance_bites.py`). They also show, in three lines each, how connectors go wrong.
"""

from raccord_connectors.sample.hostile import (
    connecting,
    crediting,
    declaring,
    fields,
    mishaps,
    reading,
    writing,
)
from raccord_connectors.sample.hostile.nasty import BREAKERS, Nasty

__all__ = [
    "BREAKERS",
    "Nasty",
    "connecting",
    "crediting",
    "declaring",
    "fields",
    "mishaps",
    "reading",
    "writing",
]
