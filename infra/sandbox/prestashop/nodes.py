"""The XML that is sent to the webservice: children of `<prestashop>`, each a row of a resource."""

from typing import Any
from xml.parsers import expat

from sandbox.prestashop.refusals import Refusal


class Node:
    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Node] = []
        self.text = ""

    def child(self, name: str) -> "Node | None":
        return next((one for one in self.children if one.name == name), None)


def parse(body: bytes) -> list[Node]:
    """The entities in it. Raises `Refusal` with the number that PrestaShop gives."""
    top = Node("", {})
    stack = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        node = Node(name, attributes)
        stack[-1].children.append(node)
        stack.append(node)

    def data(text: str) -> None:
        stack[-1].text += text

    def refuse(*_: Any) -> None:
        raise Refusal(500, 127, "XML error : a document type is not accepted")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: stack.pop()
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise Refusal(500, 127, f"XML error : {error}") from error
    return top.children[0].children if top.children else []


def values_of(node: Node) -> tuple[dict[str, Any], dict[str, list[dict[str, str]]]]:
    """Fields (text, or text by language) and associations (name → rows), as they were sent."""
    fields: dict[str, Any] = {}
    associations: dict[str, list[dict[str, str]]] = {}
    for child in node.children:
        if child.name == "associations":
            for one in child.children:
                associations[one.name] = [
                    {part.name: part.text for part in row.children} for row in one.children
                ]
        elif child.child("language") is not None:
            fields[child.name] = {
                one.attributes.get("id", ""): one.text for one in child.children if one.name == "language"
            }
        else:
            # White space between tags belongs to the value: as in the real one.
            fields[child.name] = child.text
    return fields, associations
