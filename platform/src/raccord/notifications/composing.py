"""Makes the message of one event of one order, in the customer's language and the shop's look."""

import uuid
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from uuid import UUID

from msgspec.structs import replace

from raccord.core.notification_defaults import default_template
from raccord.core.notification_events import event_of
from raccord.core.notification_mail import Written, written
from raccord.core.notification_rules import EventName, Language, Look, Medium, NotificationRules
from raccord.core.notification_sms import fitted, mobile_of, sms_text
from raccord.core.notification_template import Template, render
from raccord.core.notification_words import words_of
from raccord.notifications.models import Attachment, Due, Mail, Sms
from raccord.notifications.smtp import SmtpSettings
from raccord_connectors.canonical import Document, Order

BOUND: tuple[EventName, ...] = ("invoiced", "cancelled", "refunded")
"""What a customer must learn whatever they wish: it belongs to the contract, and carries no link to stop it."""
NAMESPACE = uuid.UUID("5a1f3d0e-6f52-4a0b-9f57-9c8f2c1c7d11")


def look_of(rules: NotificationRules, channel_name: str) -> Look:
    return rules.look if rules.look.name else replace(rules.look, name=channel_name)


def mark_of(tenant: UUID, order: UUID, event: str, medium: Medium) -> str:
    """The same for ever for one event of one order: a repetition can be recognised, by us and by who receives it."""
    return uuid.uuid5(NAMESPACE, f"{tenant}/{order}/{event}/{medium}").hex


def recipient_of(order: Order, medium: Medium) -> str:
    """ "" when the order has none that can be used."""
    if medium == "sms":
        return mobile_of(order)
    usable = (usable_address(typed) for typed in (order.buyer.email, order.billing.email))
    return next(filter(None, usable), "")


def usable_address(typed: str) -> str:
    """ "" for what no mail can be sent to."""
    address = parseaddr(typed.strip())[1]
    usable = address.count("@") == 1 and "." in address.partition("@")[2]
    return address if usable and not set(address) & set(" \t\r\n<>,;") else ""


def write(
    order: Order,
    document: Document | None,
    event: EventName,
    subject: str,
    template: Template,
    *,
    language: Language,
    look: Look,
    items: dict[str, str],
    papers: dict[str, str],
    stop: str = "",
) -> Written:
    words = words_of(
        order, document, event, subject, language=language, look=look, items=items, papers=papers
    )
    return written(render(template.subject, words), render(template.body, words), look, language, stop)


def write_sms(
    order: Order,
    document: Document | None,
    event: EventName,
    subject: str,
    template: Template,
    *,
    language: Language,
    look: Look,
    items: dict[str, str],
    papers: dict[str, str],
) -> str:
    words = words_of(
        order, document, event, subject, language=language, look=look, items=items, papers=papers
    )
    return fitted(sms_text(render(template.body, words)))


def mail_of(
    due: Due,
    recipient: str,
    language: Language,
    template: Template | None,
    sender: SmtpSettings,
    *,
    items: dict[str, str],
    papers: dict[str, str],
    stop: str,
    attached: Attachment | None = None,
) -> Mail:
    event, subject = event_of(due.event)
    look = look_of(due.settings.notifications, due.channel_name)
    text = write(
        due.order, due.document, event, subject, template or default_template(event, "email", language),
        language=language, look=look, items=items, papers=papers, stop="" if event in BOUND else stop,
    )  # fmt: skip
    mark = mark_of(due.tenant, due.sales_order, due.event, "email")
    content = as_mail(
        text,
        recipient,
        sender,
        look.name,
        mark,
        language,
        stop="" if event in BOUND else stop,
        attached=attached,
    )
    return Mail(recipient=recipient, language=language, content=content, mark=mark)


def sms_of(
    due: Due,
    recipient: str,
    language: Language,
    template: Template | None,
    items: dict[str, str],
    papers: dict[str, str],
) -> Sms:
    event, subject = event_of(due.event)
    text = write_sms(
        due.order, due.document, event, subject, template or default_template(event, "sms", language),
        language=language, look=look_of(due.settings.notifications, due.channel_name), items=items, papers=papers,
    )  # fmt: skip
    return Sms(
        recipient=recipient, language=language, text=text,
        mark=mark_of(due.tenant, due.sales_order, due.event, "sms")[:20],
    )  # fmt: skip


def as_mail(
    text: Written,
    recipient: str,
    sender: SmtpSettings,
    shop_name: str,
    mark: str,
    language: str,
    *,
    stop: str = "",
    attached: Attachment | None = None,
) -> bytes:
    """With CRLF, as it travels. Headers are made by the library, which refuses a line break in any of them."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(_one_line(sender.sender_name or shop_name), addr_spec=sender.sender)
    message["To"] = recipient
    message["Subject"] = _one_line(text.subject)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{mark}@{sender.sender.rpartition('@')[2]}>"
    if sender.reply_to:
        message["Reply-To"] = sender.reply_to
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if stop:
        message["List-Unsubscribe"] = f"<{stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text.text)
    message.add_alternative(text.html, subtype="html")
    if attached is not None:
        message.add_attachment(attached.content, "application", "pdf", filename=attached.name)
    message["Content-Language"] = language  # last: what stands before goes into the first part
    return message.as_bytes()


def _one_line(text: str) -> str:
    return " ".join(text.split())
