"""The flow of a paper: its lines as a table whose head comes back on each page, VAT and totals side by side, mentions."""

from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, white
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Paragraph, Spacer, Table

from raccord.core.invoice_model import InvoiceModel, ModelLine
from raccord.documents.paper_head import INK, QUIET, RULE
from raccord.documents.paper_words import Words
from raccord.documents.typeface import ITALIC, PLAIN, STRONG, drawable

STRIPE = HexColor("#f5f7f9")
_BODY = ParagraphStyle("body", fontName=PLAIN, fontSize=9.2, leading=11.6, textColor=INK)
_NUMBER = ParagraphStyle("number", parent=_BODY, alignment=TA_RIGHT)
_SMALL = ParagraphStyle("small", parent=_BODY, fontSize=7.8, leading=10, textColor=QUIET)
_NOTE = ParagraphStyle("note", parent=_BODY, fontName=ITALIC, textColor=QUIET)
_CODE = ParagraphStyle("code", parent=_BODY, fontSize=8.2, textColor=QUIET, splitLongWords=1)


def story_of(model: InvoiceModel, words: Words, colour: str, width: float) -> list[Flowable]:
    story: list[Flowable] = [_lines(model, words, colour, width), Spacer(0, 6 * mm)]
    story.append(CondPageBreak(45 * mm))
    story.append(KeepTogether([_sums(model, words, colour, width), Spacer(0, 5 * mm)]))
    story += [Spacer(0, 1 * mm), *_payment(model, words)]
    story += [Spacer(0, 2 * mm), *_mentions(model, words)]
    return story


# ------------------------------------------------------------------------------------------------- the lines


def _lines(model: InvoiceModel, words: Words, colour: str, width: float) -> Table:
    rates = len({line.rate for line in model.lines if not line.comment}) > 1
    items = any(line.item for line in model.lines)
    columns = [("item", 26 * mm)] if items else []
    columns += [("title", 0.0), ("quantity", 17 * mm), ("price", 22 * mm)]
    columns += [("rate", 15 * mm)] if rates else []
    columns += [("net", 27 * mm)]
    free = width - sum(wide for _, wide in columns)
    widths = [wide or free for _, wide in columns]
    names = [name for name, _ in columns]
    rows: list[list[Any]] = [[words.say(name) for name in names]]
    style: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), PLAIN, 9),
        ("FONT", (0, 0), (-1, 0), STRONG, 8.6),
        ("TEXTCOLOR", (0, 0), (-1, 0), white),
        ("BACKGROUND", (0, 0), (-1, 0), HexColor(colour)),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("ALIGN", (names.index("quantity"), 0), (-1, 0), "RIGHT"),
        ("TOPPADDING", (0, 0), (-1, -1), 3.2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.6),
        ("LEFTPADDING", (0, 0), (-1, -1), 5),
        ("RIGHTPADDING", (0, 0), (-1, -1), 5),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, RULE),
        ("LINEBELOW", (0, -1), (-1, -1), 0.9, HexColor(colour)),
    ]
    for number, line in enumerate(model.lines, start=1):
        if line.comment:
            rows.append([_text(f"{line.title}\n{line.note}".strip(), _NOTE), *[""] * (len(names) - 1)])
            style.append(("SPAN", (0, number), (-1, number)))
        else:
            cells = _cells(line, words)
            rows.append([cells[name] for name in names])
        if number % 2 == 0:
            style.append(("BACKGROUND", (0, number), (-1, number), STRIPE))
    return Table(rows, colWidths=widths, repeatRows=1, style=style)


def _cells(line: ModelLine, words: Words) -> dict[str, Any]:
    title = [_text(line.title, _BODY)]
    if line.note:
        title.append(_text(line.note, _SMALL))
    if line.eco:
        title.append(_text(words.say("eco_line", amount=words.money(line.eco)), _SMALL))
    price = [_text(words.price(line.price), _NUMBER)]
    if line.list_price is not None:
        said = words.say("before", price=words.price(line.list_price))
        price.append(_text(said, ParagraphStyle("before", parent=_SMALL, alignment=TA_RIGHT, fontSize=7)))
    quantity = words.quantity(line.quantity)
    unit = f" {line.unit}" if line.unit and line.unit_code not in ("C62", "H87") else ""
    return {
        "item": _text(line.item.replace("|", " "), _CODE),
        "title": title,
        "quantity": _text(quantity + unit, _NUMBER),
        "price": price,
        "rate": _text(words.rate(line.rate), _NUMBER),
        "net": _text(words.money(line.net), _NUMBER),
    }


# -------------------------------------------------------------------------------------------- VAT and totals


def _sums(model: InvoiceModel, words: Words, colour: str, width: float) -> Table:
    right = 74 * mm
    both = [[_vat(model, words), "", _totals(model, words, colour, right)]]
    flush: list[Any] = [
        ("FONT", (0, 0), (-1, -1), PLAIN, 9),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        *((p, (0, 0), (-1, -1), 0) for p in _PADDINGS),
    ]
    return Table(both, colWidths=[width - right - 10 * mm, 10 * mm, right], style=flush)


_PADDINGS = ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")


def _vat(model: InvoiceModel, words: Words) -> Table:
    rows = [[words.say("vat_table"), words.say("base"), words.say("tax")]]
    for line in model.vat:
        rate = words.rate(line.rate) if line.rate else words.say("exempt")
        rows.append([drawable(rate), drawable(words.money(line.base)), drawable(words.money(line.tax))])
    style: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, 0), PLAIN, 7.8),
        ("TEXTCOLOR", (0, 0), (-1, 0), QUIET),
        ("FONT", (0, 1), (-1, -1), PLAIN, 8.8),
        ("TEXTCOLOR", (0, 1), (-1, -1), INK),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
    ]
    return Table(rows, colWidths=[26 * mm, 30 * mm, 30 * mm], hAlign="LEFT", style=style)


def _totals(model: InvoiceModel, words: Words, colour: str, width: float) -> Table:
    rows: list[tuple[str, Decimal]] = [
        (words.say("total_net"), model.net),
        (words.say("total_tax"), model.tax),
        (words.say("total_gross"), model.gross),
    ]
    for paid in model.prepaid:
        told = " ".join(filter(None, (words.say("deposit_paid"), paid.number, paid.title)))
        when = f" ({words.short_day(paid.on)})" if paid.on else ""
        rows.append((told + when, -paid.amount))
    given = model.kind == "credit"
    rows.append((words.say("to_give" if given else "to_pay"), model.payable))
    drawn = [[_text(label, _LABEL), drawable(words.money(amount))] for label, amount in rows[:-1]]
    drawn.append([_text(rows[-1][0], _STRONG), drawable(words.money(rows[-1][1]))])
    style: list[tuple[Any, ...]] = [
        ("FONT", (1, 0), (1, -1), PLAIN, 9.6),
        ("TEXTCOLOR", (1, 0), (1, -2), INK),
        ("ALIGN", (1, 0), (1, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LINEBELOW", (0, 0), (-1, -2), 0.4, RULE),
        ("FONT", (1, 2), (1, 2), STRONG, 9.6),
        ("BACKGROUND", (0, -1), (-1, -1), HexColor(colour)),
        ("FONT", (1, -1), (1, -1), STRONG, 12.5),
        ("TEXTCOLOR", (1, -1), (1, -1), white),
        ("TOPPADDING", (0, 0), (-1, -2), 2.8),
        ("BOTTOMPADDING", (0, 0), (-1, -2), 3.8),
        ("TOPPADDING", (0, -1), (-1, -1), 5.5),
        ("BOTTOMPADDING", (0, -1), (-1, -1), 7.5),
    ]
    return Table(drawn, colWidths=[width - 32 * mm, 32 * mm], style=style)


_LABEL = ParagraphStyle("label", parent=_BODY, fontSize=9, textColor=QUIET)
_STRONG = ParagraphStyle("strong", parent=_BODY, fontName=STRONG, fontSize=10.5, leading=13, textColor=white)


# ------------------------------------------------------------------------------------------------ the foot


def _payment(model: InvoiceModel, words: Words) -> list[Flowable]:
    parts = []
    if model.terms is not None:
        parts.append(model.terms.text(words.language))
    methods = ", ".join(dict.fromkeys(one.method for one in model.due if one.method))
    if methods and model.payable > 0:
        parts.append(f"{methods}.")
    if model.iban and model.kind != "credit" and model.payable > 0:
        grouped = " ".join(model.iban[start : start + 4] for start in range(0, len(model.iban), 4))
        parts.append(f"IBAN {grouped}" + (f" · BIC {model.bic}" if model.bic else ""))
    if not parts:
        return []
    said = " ".join(parts)
    return [
        _text(
            f"{words.say('payment')} : {said}" if words.french else f"{words.say('payment')}: {said}", _BODY
        )
    ]


def _mentions(model: InvoiceModel, words: Words) -> list[Flowable]:
    told = [one.text.text(words.language) for one in model.mentions]
    told += [text for text in (model.remark, model.footer) if text.strip()]
    return [_text(text, _SMALL) for text in told]


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(drawable(text)).replace("\n", "<br/>"), style)
