"""The tables of the public API, of what goes out to the merchant's programs, and of what ERPs push. As `tables`, whose classes
they are."""

from piccolo.columns import JSON, JSONB, UUID, Array, BigInt, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from raccord.storage.engine import APP


class ApiKey(Table, db=APP, tablename="api_key"):
    tenant = UUID()
    id = UUID(primary_key=True)
    name = Text()
    shown = Text()
    hash = Bytea()
    scopes = Array(base_column=Text())
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz()
    expires_at = Timestamptz(null=True, default=None)
    last_used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class PartnerProgram(Table, db=APP, tablename="partner_program"):
    id = UUID(primary_key=True)
    partner = UUID()
    name = Text()
    secret_hash = Bytea()
    scopes = Array(base_column=Text())
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz()
    last_used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class ApiToken(Table, db=APP, tablename="api_token"):
    tenant = UUID()
    id = UUID(primary_key=True)
    program = UUID()
    partner_grant = UUID()
    hash = Bytea()
    scopes = Array(base_column=Text())
    issued_at = Timestamptz()
    expires_at = Timestamptz()


class ApiWindow(Table, db=APP, tablename="api_window"):
    tenant = UUID()
    caller = UUID(primary_key=True)
    begun = Timestamptz()
    used = Integer()


class ApiAnswer(Table, db=APP, tablename="api_answer"):
    tenant = UUID()
    caller = UUID()
    key = Text(primary_key=True)
    print = Bytea()
    status = Integer(null=True, default=None)
    headers = JSONB(null=True, default=None)
    body = Bytea(null=True, default=None)
    at = Timestamptz()
    until = Timestamptz(null=True, default=None)


class Endpoint(Table, db=APP):
    tenant = UUID()
    id = UUID(primary_key=True)
    name = Text()
    url = Text()
    events = Array(base_column=Text())
    secret = Bytea()
    state = Text(default="on")
    failing_since = Timestamptz(null=True, default=None)
    problem = JSON(null=True, default=None)
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz()


class OutgoingEvent(Table, db=APP, tablename="outgoing_event"):
    tenant = UUID()
    id = UUID(primary_key=True)
    type = Text()
    at = Timestamptz()
    data = JSON()


class Delivery(Table, db=APP):
    tenant = UUID()
    endpoint = UUID()
    event = UUID(primary_key=True)
    state = Text(default="due")
    attempts = Integer(default=0)
    retry_at = Timestamptz()
    taken_at = Timestamptz(null=True, default=None)


class DeliveryAttempt(Table, db=APP, tablename="delivery_attempt"):
    tenant = UUID()
    id = BigInt(primary_key=True)
    endpoint = UUID()
    event = UUID()
    at = Timestamptz()
    status = Integer(null=True, default=None)
    took_ms = Integer()
    answer = Text(default="")
    problem = JSON(null=True, default=None)


class PushSession(Table, db=APP, tablename="push_session"):
    tenant = UUID()
    id = UUID(primary_key=True)
    connection = UUID()
    stream = Text()
    state = Text(default="open")
    rows = BigInt(default=0)
    unnamed = BigInt(default=0)
    begun_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    answer = JSON(null=True, default=None)


class PushSeen(Table, db=APP, tablename="push_seen"):
    tenant = UUID()
    session = UUID()
    key = Text(primary_key=True)


class PushBatch(Table, db=APP, tablename="push_batch"):
    tenant = UUID()
    connection = UUID()
    stream = Text()
    id = Text(primary_key=True)
    print = Bytea()
    answer = JSON()
    at = Timestamptz()
