"""Articles with price and stock, orders with their steps, on one page that works without JavaScript. For one machine."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import parse_qs

from msgspec import Struct

HOSTS = ("127.0.0.1", "localhost")
LARGEST = 10_000
STATES = {"": "", "E": "En cours", "P": "Préparation", "L": "Livrée", "F": "Facturée", "A": "Annulée"}


class Article(Struct, frozen=True):
    ref: str
    name: str
    price: str
    stock: str


class Order(Struct, frozen=True):
    number: str
    reference: str
    """The shop's, empty for orders typed here."""
    customer: str
    state: str
    gross: str


class Books(Protocol):
    """What an ERP of one's own shows and lets change."""

    @property
    def title(self) -> str: ...
    @property
    def where(self) -> Sequence[str]:
        """Where its data lie, for who wants to edit them with another program."""

    def articles(self) -> Sequence[Article]: ...
    def sales(self) -> Sequence[Order]: ...
    def set_price(self, ref: str, price: str) -> None: ...
    def set_stock(self, ref: str, stock: str) -> None: ...
    def deliver(self, number: str) -> None: ...
    def invoice(self, number: str) -> None: ...


def number(typed: str) -> Decimal:
    """Raises `ValueError` with a sentence."""
    try:
        found = Decimal(typed.replace(",", ".").strip())
    except ArithmeticError:
        found = Decimal("NaN")
    if not found.is_finite():
        raise ValueError(f"« {typed} » n’est pas un nombre")
    return found


ACTS: dict[str, Callable[[Books, dict[str, str]], None]] = {
    "price": lambda books, told: books.set_price(told["key"], told["value"]),
    "stock": lambda books, told: books.set_stock(told["key"], told["value"]),
    "deliver": lambda books, told: books.deliver(told["key"]),
    "invoice": lambda books, told: books.invoice(told["key"]),
}

LOOK = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #22313a; }
.note { background: #f6edce; padding: .6rem .9rem; border-radius: 6px; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .5rem; border-bottom: 1px solid #d8dfe2; } .n { text-align: right; }
input { width: 6rem; font: inherit; text-align: right; } button { font: inherit; }
.wide { overflow-x: auto; } code { font-size: .9em; }
"""


@contextmanager
def served(books: Books, port: int) -> Iterator[ThreadingHTTPServer]:
    """The page on this machine's own address, in a thread of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self._is_ours():
                self._say(200, page(books))

        def do_POST(self) -> None:
            if not self._is_ours():
                return
            size = min(int(self.headers.get("Content-Length") or 0), LARGEST)
            told = {name: values[0] for name, values in parse_qs(self.rfile.read(size).decode()).items()}
            act = ACTS.get(self.path.strip("/"))
            if act is None or "key" not in told:
                self._say(404, "?")
                return
            try:
                act(books, told)
            except (KeyError, ValueError) as error:
                self._say(422, f"<p>{escape(str(error))}</p><p><a href='/'>Retour</a></p>")
                return
            self.send_response(303)
            self.send_header("Location", "/")
            self.end_headers()

        def _is_ours(self) -> bool:
            """Other sites' pages reach this machine under other names."""
            if (self.headers.get("Host") or "").partition(":")[0] in HOSTS:
                return True
            self._say(421, "?")
            return False

        def _say(self, status: int, html: str) -> None:
            body = html.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def page(books: Books) -> str:
    articles = "".join(map(_article, books.articles()))
    orders = "".join(map(_order, reversed(books.sales())))
    places = "".join(f"<li><code>{escape(one)}</code></li>" for one in books.where)
    return f"""<!doctype html><html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(books.title)} (simulateur)</title><style>{LOOK}</style></head><body>
<h1>{escape(books.title)}</h1>
<p class="note">Ceci est un <strong>simulateur</strong>, pas un logiciel de gestion. / This is a <strong>simulator</strong>.</p>
<ul>{places}</ul>
<h2>Commandes / orders</h2>
<div class="wide"><table><tr><th>Numéro</th><th>Réf. web</th><th>Client</th><th>État</th><th class="n">TTC</th><th></th></tr>
{orders}</table></div>
<h2>Articles</h2>
<div class="wide"><table><tr><th>Réf.</th><th>Désignation</th><th>Prix HT</th><th>Stock</th></tr>{articles}</table></div>
</body></html>"""


def _article(one: Article) -> str:
    price, stock = (
        _field("price", one.ref, one.price, "Prix HT"),
        _field("stock", one.ref, one.stock, "Stock"),
    )
    return f"<tr><td><code>{escape(one.ref)}</code></td><td>{escape(one.name)}</td><td>{price}</td><td>{stock}</td></tr>"


def _field(act: str, key: str, value: str, label: str) -> str:
    return (
        f'<form method="post" action="/{act}"><input type="hidden" name="key" value="{escape(key)}">'
        f'<input name="value" value="{escape(value)}" aria-label="{label}, {escape(key)}"> <button>OK</button></form>'
    )


def _order(one: Order) -> str:
    act = {"E": ("deliver", "Livrer"), "P": ("deliver", "Livrer"), "L": ("invoice", "Facturer")}.get(
        one.state
    )
    button = ""
    if act:
        button = (
            f'<form method="post" action="/{act[0]}"><input type="hidden" name="key" value="{escape(one.number)}">'
            f"<button>{act[1]}</button></form>"
        )
    return (
        f"<tr><td>{escape(one.number)}</td><td>{escape(one.reference)}</td><td>{escape(one.customer)}</td>"
        f'<td>{STATES.get(one.state, one.state)}</td><td class="n">{escape(one.gross)}</td><td>{button}</td></tr>'
    )
