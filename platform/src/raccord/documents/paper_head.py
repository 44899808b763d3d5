"""What stands on each page around the flow: logo, title and addresses on the first, a short line on the others, a foot."""

from io import BytesIO
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from raccord.core.invoice_model import Corrected, InvoiceModel, Party
from raccord.documents.paper_words import Words
from raccord.documents.typeface import PLAIN, STRONG, drawable

INK, QUIET, RULE = HexColor("#1d2530"), HexColor("#5b6674"), HexColor("#d5dae1")
TOP = A4[1] - 16 * mm
LOGO = (62 * mm, 22 * mm)
WINDOW = 108 * mm
"""From the left edge: where the address shows in the window of a French envelope."""
ADDRESS_TOP = A4[1] - 52 * mm
LEADING = 13.0


class Head:
    def __init__(
        self, model: InvoiceModel, words: Words, logo: bytes | None, colour: str, width: float
    ) -> None:
        self._model, self._words, self._width = model, words, width
        self._colour = HexColor(colour)
        self._logo = ImageReader(BytesIO(logo)) if logo else None
        self._left = (A4[0] - width) / 2
        rows = max(len(self._seller()), len(self._buyer()) + 1, 6)
        self._facts = self._told()
        self._facts_rows = (len(self._facts) + 3) // 4
        self.height = A4[1] - ADDRESS_TOP + rows * LEADING + 6 * mm + self._facts_rows * 11 * mm + 5 * mm
        self.later_height = 30 * mm

    # --------------------------------------------------------------------------------------------- first page

    def first(self, canvas: Canvas, _: Any) -> None:
        self._emblem(canvas)
        self._title(canvas)
        self._block(canvas, self._left, ADDRESS_TOP, self._seller(), 9.2, QUIET)
        canvas.setFillColor(QUIET)
        canvas.setFont(PLAIN, 8.2)
        to = "credited" if self._model.kind == "credit" else "billed"
        canvas.drawString(WINDOW, ADDRESS_TOP, self._words.say(to))
        self._block(canvas, WINDOW, ADDRESS_TOP - LEADING - 1, self._buyer(), 10.5, INK)
        self._strip(canvas)

    def _emblem(self, canvas: Canvas) -> None:
        if self._logo is None:
            canvas.setFillColor(self._colour)
            size = _fitting(self._model.seller.name, STRONG, 20, LOGO[0] + 18 * mm)
            canvas.setFont(STRONG, size)
            canvas.drawString(self._left, TOP - 14, drawable(self._model.seller.name))
            return
        width, height = self._logo.getSize()
        scale = min(LOGO[0] / width, LOGO[1] / height)
        shown = (width * scale, height * scale)
        canvas.drawImage(
            self._logo, self._left, TOP - shown[1] + 3, width=shown[0], height=shown[1], mask="auto"
        )

    def _title(self, canvas: Canvas) -> None:
        right = self._left + self._width
        canvas.setFillColor(self._colour)
        canvas.setFont(STRONG, 21)
        canvas.drawRightString(right, TOP - 14, self._words.say(self._model.kind))
        canvas.setFillColor(INK)
        canvas.setFont(STRONG, 11)
        number = f"{self._words.say('number')} {self._model.number}"
        canvas.drawRightString(right, TOP - 31, drawable(number))
        canvas.setFillColor(QUIET)
        canvas.setFont(PLAIN, 10)
        canvas.drawRightString(right, TOP - 45, self._words.say("of", day=self._words.day(self._model.dated)))

    def _seller(self) -> list[tuple[str, bool]]:
        seller = self._model.seller
        contact = [seller.phone, seller.email]
        return [(seller.name, True), *((line, False) for line in (*_place(seller, "FR"), *contact) if line)]

    def _buyer(self) -> list[tuple[str, bool]]:
        buyer = self._model.buyer
        lines = [
            (buyer.name, True),
            *((line, False) for line in (buyer.person, *_place(buyer, "FR")) if line),
        ]
        if buyer.siren:
            lines.append((f"SIREN {buyer.siren}", False))
        if buyer.vat_number:
            lines.append((f"{self._words.say('vat_number')} {buyer.vat_number}", False))
        return lines

    def _block(
        self,
        canvas: Canvas,
        left: float,
        top: float,
        lines: list[tuple[str, bool]],
        size: float,
        ink: Color,
    ) -> None:
        room = (WINDOW - self._left - 6 * mm) if left < WINDOW else self._left + self._width - left
        for row, (line, strong) in enumerate(lines):
            font = STRONG if strong else PLAIN
            canvas.setFillColor(INK if strong else ink)
            canvas.setFont(font, _fitting(line, font, size, room))
            canvas.drawString(left, top - row * LEADING, drawable(line))

    # ---------------------------------------------------------------------------------------------- the strip

    def _told(self) -> list[tuple[str, str]]:
        model, say = self._model, self._words.say
        facts = [
            (say("corrects"), ", ".join(map(self._earlier, model.corrects))),
            (say("orders"), ", ".join(model.orders)),
            (say("your_reference"), model.buyer_reference),
            (say("customer"), model.buyer.key),
            (say("delivered"), self._words.short_day(model.delivered) if model.delivered else ""),
            (say("due"), self._words.short_day(model.due[-1].on) if model.due and model.payable > 0 else ""),
        ]
        if model.delivery is not None:
            place = model.delivery
            where = ", ".join(
                filter(None, (place.name, place.line1, f"{place.postal_code} {place.city}".strip()))
            )
            facts.append((say("delivered_to"), where))
        return [fact for fact in facts if fact[1]]

    def _earlier(self, one: Corrected) -> str:
        return f"{one.number} ({self._words.short_day(one.dated)})" if one.dated else one.number

    def _strip(self, canvas: Canvas) -> None:
        top = A4[1] - self.height + self._facts_rows * 11 * mm + 4 * mm
        step = self._width / 4
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.6)
        canvas.line(self._left, top + 5 * mm, self._left + self._width, top + 5 * mm)
        column = row = 0
        for label, value in self._facts:
            wide = stringWidth(drawable(value), PLAIN, 9.5) > step - 3 * mm
            columns = min(2 if wide else 1, 4)
            if column + columns > 4:
                column, row = 0, row + 1
            left, line = self._left + column * step, top - row * 11 * mm
            canvas.setFillColor(QUIET)
            canvas.setFont(PLAIN, 7.8)
            canvas.drawString(left, line, label)
            canvas.setFillColor(INK)
            canvas.setFont(PLAIN, _fitting(value, PLAIN, 9.5, columns * step - 3 * mm))
            canvas.drawString(left, line - 12, drawable(value))
            column += columns

    # ------------------------------------------------------------------------------------- later pages, feet

    def later(self, canvas: Canvas, _: Any) -> None:
        canvas.setFillColor(QUIET)
        canvas.setFont(PLAIN, 9)
        canvas.drawString(self._left, TOP - 8, drawable(self._model.seller.name))
        canvas.setFillColor(INK)
        canvas.setFont(STRONG, 9.5)
        told = f"{self._words.say(self._model.kind)} {self._model.number}"
        canvas.drawRightString(self._left + self._width, TOP - 8, drawable(told))
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.6)
        canvas.line(self._left, TOP - 15, self._left + self._width, TOP - 15)

    def foot(self, canvas: Canvas, page: int, pages: int) -> None:
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.6)
        canvas.line(self._left, 18 * mm, self._left + self._width, 18 * mm)
        canvas.setFillColor(QUIET)
        legal = drawable(self._model.legal.text(self._words.language))
        for row, line in enumerate(_wrapped(legal, PLAIN, 7.2, self._width - 26 * mm)[:3]):
            canvas.setFont(PLAIN, 7.2)
            canvas.drawString(self._left, 14.2 * mm - row * 9, line)
        canvas.setFont(PLAIN, 7.8)
        canvas.drawRightString(
            self._left + self._width, 14.2 * mm, self._words.say("page", page=page, pages=pages)
        )


def _place(party: Party, home: str) -> list[str]:
    city = f"{party.postal_code} {party.city}".strip()
    country = party.country if party.country not in ("", home) else ""
    return [party.line1, party.line2, city, country]


def _fitting(text: str, font: str, size: float, room: float) -> float:
    """The size at which it fits on one line."""
    width = stringWidth(drawable(text), font, size)
    return size if width <= room or not width else max(5.0, size * room / width)


def _wrapped(text: str, font: str, size: float, room: float) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}".strip()
        if stringWidth(longer, font, size) <= room:
            line = longer
        else:
            lines, line = [*lines, line], word
    return [*lines, line]
