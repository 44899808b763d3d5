"""Draws the paper of an invoice: pages of A4, the merchant's logo and colour, a table that breaks well, and the law's mentions.

It is a base for an archive (PDF/A-3): all letters embedded, one colour space declared, nothing left to the reader's machine.
"""

from io import BytesIO
from typing import Any

from msgspec import Struct
from PIL import ImageCms
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfdoc import PDFArray, PDFCatalog, PDFDictionary, PDFName, PDFStream, PDFString
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

from raccord.core.invoice_model import InvoiceModel
from raccord.documents.paper_head import Head
from raccord.documents.paper_parts import story_of
from raccord.documents.paper_words import Words
from raccord.documents.typeface import PLAIN, drawable, register

LEFT = RIGHT = 18 * mm
FOOT = 24 * mm
WIDTH = A4[0] - LEFT - RIGHT


class Look(Struct, frozen=True, kw_only=True):
    logo: bytes | None = None
    """PNG or JPEG."""
    colour: str = "#1f3a5f"


def draw(model: InvoiceModel, language: str, look: Look) -> bytes:
    """The PDF. `language`: "fr" or "en"."""
    register()
    words = Words(language, model.currency)
    head = Head(model, words, look.logo, look.colour, WIDTH)
    out = BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        leftMargin=LEFT,
        rightMargin=RIGHT,
        title=drawable(f"{words.say(model.kind)} {model.number}"),
        author=drawable(model.seller.name),
        lang="fr-FR" if words.french else "en-GB",
        initialFontName=PLAIN,
    )
    first = Frame(LEFT, FOOT, WIDTH, A4[1] - FOOT - head.height, id="first", **_FLUSH)
    later = Frame(LEFT, FOOT, WIDTH, A4[1] - FOOT - head.later_height, id="later", **_FLUSH)
    document.addPageTemplates(
        [
            PageTemplate("first", [first], onPage=head.first, autoNextPageTemplate="later"),
            PageTemplate("later", [later], onPage=head.later),
        ]
    )

    def canvas(*args: Any, **kwargs: Any) -> Canvas:
        return _PagedCanvas(*args, head=head, **kwargs)

    document.build(story_of(model, words, look.colour, WIDTH), canvasmaker=canvas)
    return out.getvalue()


_FLUSH: dict[str, Any] = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}


class _PagedCanvas(Canvas):
    """Knows at its end how many pages there are, and writes the foot of each then."""

    def __init__(self, *args: Any, head: Head, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initialFontName": PLAIN})
        self._head = head
        self._pages: list[dict[str, Any]] = []
        _declare_colours(self)

    def showPage(self) -> None:  # noqa: N802  # reportlab's
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]  # which no stub names

    def save(self) -> None:
        pages = self._pages
        for number, page in enumerate(pages, start=1):
            self.__dict__.update(page)
            self._head.foot(self, number, len(pages))
            super().showPage()
        super().save()


def _declare_colours(canvas: Canvas) -> None:
    """The output intent: all colours are sRGB. An archive has to say so."""
    document: Any = canvas._doc  # type: ignore[attr-defined]  # as above
    stream = PDFStream(PDFDictionary({"N": 3}), _srgb())
    stream.filters = []
    reference = document.Reference(stream, "sRGB")
    intent = PDFDictionary(
        {
            "Type": PDFName("OutputIntent"),
            "S": PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": PDFString("sRGB IEC61966-2.1"),
            "Info": PDFString("sRGB IEC61966-2.1"),
            "DestOutputProfile": reference,
        }
    )
    document.Catalog.__class__ = _Catalog
    document.Catalog.OutputIntents = PDFArray([intent])


class _Catalog(PDFCatalog):
    __NoDefault__ = [*PDFCatalog.__NoDefault__, "OutputIntents"]


_PROFILE: list[bytes] = []


def _srgb() -> bytes:
    if not _PROFILE:
        _PROFILE.append(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    return _PROFILE[0]
