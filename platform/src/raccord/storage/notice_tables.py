"""The tables of what people are told: messages to customers, alerts to the merchant. As `tables`, whose classes they are."""

from piccolo.columns import JSON, JSONB, UUID, Array, BigInt, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from raccord.storage.engine import APP


class Notification(Table, db=APP):
    tenant = UUID()
    id = UUID(primary_key=True)
    sales_order = UUID()
    event = Text()
    medium = Text()
    state = Text()
    reason = Text(null=True, default=None)
    recipient = Text(default="")
    language = Text(null=True, default=None)
    seen_at = Timestamptz()
    attempts = Integer(default=0)
    retry_at = Timestamptz()
    handed_at = Timestamptz(null=True, default=None)
    sent_at = Timestamptz(null=True, default=None)
    answer = Text(default="")
    problem = JSON(null=True, default=None)
    mark = Text(default="")
    receipt = Text(null=True, default=None)
    receipt_at = Timestamptz(null=True, default=None)


class Sender(Table, db=APP):
    tenant = UUID()
    medium = Text(primary_key=True)
    provider = Text()
    settings = JSONB(default="{}")
    secrets = Bytea(null=True, default=None)
    state = Text(default="new")
    problem = JSON(null=True, default=None)
    checked_at = Timestamptz(null=True, default=None)


class MessageTemplate(Table, db=APP, tablename="message_template"):
    tenant = UUID()
    channel = UUID()
    event = Text(primary_key=True)
    medium = Text()
    language = Text()
    subject = Text(default="")
    body = Text()
    changed_at = Timestamptz()
    changed_by = UUID(null=True, default=None)


class Unsubscribed(Table, db=APP):
    tenant = UUID()
    address = Text(primary_key=True)
    since = Timestamptz()


class Undeliverable(Table, db=APP):
    tenant = UUID()
    address = Text(primary_key=True)
    since = Timestamptz()
    problem = JSON()


class ReturnMailbox(Table, db=APP, tablename="return_mailbox"):
    tenant = UUID(primary_key=True)
    settings = JSONB(default="{}")
    secrets = Bytea(null=True, default=None)
    state = Text(default="new")
    problem = JSON(null=True, default=None)
    checked_at = Timestamptz(null=True, default=None)
    validity = BigInt(default=0)
    seen = BigInt(default=0)
    look_at = Timestamptz()


class Alert(Table, db=APP):
    tenant = UUID()
    id = UUID(primary_key=True)
    kind = Text()
    object = Text()
    details = JSON(default="{}")
    opened_at = Timestamptz()
    resolved_at = Timestamptz(null=True, default=None)


class AlertReader(Table, db=APP, tablename="alert_reader"):
    tenant = UUID()
    account = UUID(primary_key=True)
    pace = Text()
    kinds = Array(base_column=Text(), null=True, default=None)


class AlertTold(Table, db=APP, tablename="alert_told"):
    tenant = UUID()
    alert = UUID(primary_key=True)
    account = UUID()
    opened_told_at = Timestamptz(null=True, default=None)
    resolved_told_at = Timestamptz(null=True, default=None)
