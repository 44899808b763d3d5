"""The text of a CEL formula as a tree that knows where each of its parts stands.

The formula is run by the CEL library. This tree is for what that library cannot say before it runs: which fields a formula
reads, how deep and how slow it can get, and at which character it is wrong.
"""

import ast
import re

from msgspec import Struct

from raccord_connectors.contract import Message, Text

LONGEST = 2_000
"""Characters of a formula."""
DEEPEST = 24
"""Levels of parts within parts; the library's own limit is 96, this machine's stack somewhere beyond."""

LONGEST_CHAIN = 40
"""Operators of one kind in a row: each is a level of the tree too."""

TOO_LONG = Text(
    "formula.too_long",
    "La formule a {length} caractères ; {limit} au plus. Répartissez-la sur plusieurs règles.",
    "The formula has {length} characters; {limit} at most. Spread it over several rules.",
)
TOO_DEEP = Text(
    "formula.too_deep",
    "Au caractère {place}, la formule a plus de {limit} niveaux de parenthèses ou de conditions. Simplifiez-la.",
    "At character {place}, the formula has more than {limit} levels of brackets or conditions. Simplify it.",
)
CHAINED = Text(
    "formula.chained",
    "Au caractère {place}, la formule a plus de {limit} opérateurs à la suite. Utilisez join([…]) ou plusieurs règles.",
    "At character {place}, the formula has more than {limit} operators in a row. Use join([…]) or several rules.",
)
UNEXPECTED = Text(
    "formula.unexpected",
    "La formule ne se lit pas au caractère {place} : « {found} » n’est pas attendu là. Vérifiez ce qui précède.",
    "The formula cannot be read at character {place}: “{found}” is not expected there. Check what stands before it.",
)
ENDS = Text(
    "formula.ends",
    "La formule s’arrête trop tôt, au caractère {place} : il manque une valeur ou une parenthèse.",
    "The formula ends too early, at character {place}: a value or a bracket is missing.",
)


class FormulaError(Exception):
    """The formula cannot be used. `place`: the character, counted from 1, that it is about."""

    def __init__(self, message: Message, place: int) -> None:
        super().__init__(f"{message.code}: {message.en}")
        self.message = message
        self.place = place


class Node(Struct, frozen=True):
    """`kind`: text, value (a literal), name, member, index, call, list, map, unary, binary, choice.

    `name`: the literal text of a text, the name, the member's or function's name, the operator. A call's first part is what
    it is called on, when `method`."""

    kind: str
    start: int
    end: int
    name: str = ""
    parts: tuple["Node", ...] = ()
    method: bool = False

    @property
    def place(self) -> int:
        return self.start + 1


def path_of(node: Node) -> str | None:
    """The field that a part reads: `product.custom.MARQUE`, also as `product.custom["MARQUE"]`. None: it is something else."""
    if node.kind == "name":
        return node.name
    if node.kind == "member" or (node.kind == "index" and node.parts[1].kind == "text"):
        before = path_of(node.parts[0])
        name = node.name if node.kind == "member" else node.parts[1].name
        return None if before is None else f"{before}.{name}"
    return None


_TOKEN = re.compile(
    r"""(?P<space>(?:\s|//[^\n]*)+)
      | (?P<number>0[xX][0-9a-fA-F]+[uU]?|\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+[uU]?|\.\d+)
      | (?P<text>[rR]?(?:\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''(?:[^\\]|\\.)*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:,.()\[\]{}])""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_LEVELS = (("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*", "/", "%"))


class _Token(Struct, frozen=True):
    kind: str
    text: str
    start: int
    end: int


def parse(source: str) -> Node:
    """Raises `FormulaError`."""
    if len(source) > LONGEST:
        raise FormulaError(TOO_LONG.fill(length=len(source), limit=LONGEST), LONGEST)
    return _Parser(source).whole()


class _Parser:
    def __init__(self, source: str) -> None:
        self.tokens = _tokens(source)
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        node = self.expression()
        if self.token.kind != "end":
            self.refuse()
        return node

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def refuse(self) -> "Node":
        token = self.token
        if token.kind == "end":
            raise FormulaError(ENDS.fill(place=token.start + 1), token.start + 1)
        raise FormulaError(UNEXPECTED.fill(place=token.start + 1, found=token.text[:20]), token.start + 1)

    def take(self, *signs: str) -> _Token | None:
        token = self.token
        if token.text in signs and token.kind in ("sign", "name"):
            self.at += 1
            return token
        return None

    def demand(self, sign: str) -> _Token:
        found = self.take(sign)
        if found is None:
            self.refuse()
        assert found is not None
        return found

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            place = self.token.start + 1
            raise FormulaError(TOO_DEEP.fill(place=place, limit=DEEPEST), place)

    def expression(self) -> Node:
        self.deeper()
        node = self.level(0)
        if self.take("?"):
            yes = self.level(0)
            self.demand(":")
            no = self.expression()
            node = Node("choice", node.start, no.end, "?", (node, yes, no))
        self.depth -= 1
        return node

    def level(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self.unary()
        node, links = self.level(level + 1), 0
        while (operator := self.take(*_LEVELS[level])) is not None:
            links += 1
            if links > LONGEST_CHAIN:
                place = operator.start + 1
                raise FormulaError(CHAINED.fill(place=place, limit=LONGEST_CHAIN), place)
            other = self.level(level + 1)
            node = Node("binary", node.start, other.end, operator.text, (node, other))
        return node

    def unary(self) -> Node:
        sign = self.take("!", "-")
        if sign is None:
            return self.member()
        self.deeper()
        inner = self.unary()
        self.depth -= 1
        return Node("unary", sign.start, inner.end, sign.text, (inner,))

    def member(self) -> Node:
        node, links = self.primary(), 0
        while True:
            if self.take("."):
                name = self.token
                if name.kind != "name":
                    self.refuse()
                self.at += 1
                if self.take("("):
                    parts, end = self.several(")")
                    node = Node("call", node.start, end, name.text, (node, *parts), method=True)
                else:
                    node = Node("member", node.start, name.end, name.text, (node,))
            elif self.take("["):
                key = self.expression()
                node = Node("index", node.start, self.demand("]").end, "", (node, key))
            else:
                return node
            links += 1
            if links > DEEPEST:
                raise FormulaError(TOO_DEEP.fill(place=node.end, limit=DEEPEST), node.end)

    def primary(self) -> Node:
        token = self.token
        self.at += 1
        match token.kind, token.text:
            case "number", _:
                return Node("value", token.start, token.end, token.text)
            case "text", _:
                return Node("text", token.start, token.end, _read(token))
            case "name", "true" | "false" | "null":
                return Node("value", token.start, token.end, token.text)
            case "name", word if word != "in":
                if self.take("("):
                    parts, end = self.several(")")
                    return Node("call", token.start, end, word, parts)
                return Node("name", token.start, token.end, word)
            case "sign", "(":
                node = self.expression()
                end = self.demand(")").end
                return Node(node.kind, token.start, end, node.name, node.parts, node.method)
            case "sign", "[":
                parts, end = self.several("]")
                return Node("list", token.start, end, "", parts)
        self.at -= 1
        return self.refuse()

    def several(self, closing: str) -> tuple[tuple[Node, ...], int]:
        parts: list[Node] = []
        if end := self.take(closing):
            return (), end.end
        while True:
            parts.append(self.expression())
            if end := self.take(closing):
                return tuple(parts), end.end
            self.demand(",")


def _tokens(source: str) -> list[_Token]:
    found, at = [], 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            raise FormulaError(UNEXPECTED.fill(place=at + 1, found=source[at]), at + 1)
        if match.lastgroup != "space":
            found.append(_Token(str(match.lastgroup), match[0], at, match.end()))
        at = match.end()
    return [*found, _Token("end", "", len(source), len(source))]


def _read(token: _Token) -> str:
    """What a literal text says. CEL's escapes are Python's, but for a few that nobody needs."""
    try:
        return str(ast.literal_eval(token.text))
    except (SyntaxError, ValueError):
        raise FormulaError(
            UNEXPECTED.fill(place=token.start + 1, found=token.text[:20]), token.start + 1
        ) from None
