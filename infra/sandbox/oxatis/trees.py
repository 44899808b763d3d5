"""XML as trees of names: what a request says, and what an answer is made of."""

from typing import Any
from xml.etree.ElementTree import Element

Tree = dict[str, Any]
"""Name → text, tree, or a list where the name comes more than once."""


def tree(element: Element) -> Tree:
    found: Tree = {}
    for child in element:
        value: Any = tree(child) if len(child) else (child.text or "")
        if child.tag not in found:
            found[child.tag] = value
        elif isinstance(found[child.tag], list):
            found[child.tag].append(value)
        else:
            found[child.tag] = [found[child.tag], value]
    return found


def text(node: Tree, path: str) -> str:
    """The text at the end of a path; "" where there is none."""
    found: Any = node
    for name in path.split("/"):
        found = found.get(name, "") if isinstance(found, dict) else ""
    return str(found).strip() if isinstance(found, str) else ""


def many(node: Tree, path: str) -> list[Any]:
    """What stands under a path, as a list."""
    *way, last = path.split("/")
    for name in way:
        node = node.get(name) or {}
        if not isinstance(node, dict):
            return []
    found = node.get(last)
    return [] if found in (None, "") else found if isinstance(found, list) else [found]


def truth(value: str) -> bool:
    return value.strip().lower() in ("true", "1")
