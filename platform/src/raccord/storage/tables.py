"""The tables as Piccolo sees them, bound to the application role. `schema/*.sql` is the truth; a test compares.

Repositories use these for ordinary reads and writes, and `engine.current_connection()` where a statement works on
sets (`COPY`, merges, `FOR UPDATE SKIP LOCKED`). `to_project`, `snapshot` and `binding` live on the hot path only
and are written by such statements; their classes serve the pages' reads.
"""

from piccolo.columns import (
    JSON,
    JSONB,
    UUID,
    BigInt,
    Boolean,
    Bytea,
    Date,
    DoublePrecision,
    Integer,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from raccord.storage import (
    account_tables,
    api_tables,
    channel_tables,
    customer_tables,
    media_tables,
    notice_tables,
    order_tables,
    paper_tables,
)
from raccord.storage.engine import APP

Account = account_tables.Account
WebSession = account_tables.WebSession
AccountLink = account_tables.AccountLink
RecoveryCode = account_tables.RecoveryCode
Passkey = account_tables.Passkey
OpenIdIdentity = account_tables.OpenIdIdentity
Invitation = account_tables.Invitation
ApiKey = api_tables.ApiKey
PartnerProgram = api_tables.PartnerProgram
ApiToken = api_tables.ApiToken
ApiWindow = api_tables.ApiWindow
ApiAnswer = api_tables.ApiAnswer
Endpoint = api_tables.Endpoint
OutgoingEvent = api_tables.OutgoingEvent
Delivery = api_tables.Delivery
DeliveryAttempt = api_tables.DeliveryAttempt
PushSession = api_tables.PushSession
PushSeen = api_tables.PushSeen
PushBatch = api_tables.PushBatch
DriftPass = channel_tables.DriftPass
Drift = channel_tables.Drift
Mapping = channel_tables.Mapping
MappingDraft = channel_tables.MappingDraft
Plan = channel_tables.Plan
PlanLine = channel_tables.PlanLine
PlanCode = channel_tables.PlanCode
Trial = channel_tables.Trial
DecidedWithdrawal = channel_tables.DecidedWithdrawal
Rehearsal = channel_tables.Rehearsal
CustomerAccount = customer_tables.CustomerAccount
SalesOrder = order_tables.SalesOrder
Reservation = order_tables.Reservation
OrderProgress = order_tables.OrderProgress
OrderHold = order_tables.OrderHold
OrderCredit = order_tables.OrderCredit
OrderBalance = order_tables.OrderBalance
OrderPayment = order_tables.OrderPayment
OrderDecision = order_tables.OrderDecision
Paper = paper_tables.Paper
PaperReference = paper_tables.PaperReference
PaperVersion = paper_tables.PaperVersion
CustomerPage = paper_tables.CustomerPage
MediaFile = media_tables.MediaFile
MediaContent = media_tables.MediaContent
MediaDerivative = media_tables.MediaDerivative
ShopMedia = media_tables.ShopMedia
WebDocument = media_tables.WebDocument
Notification = notice_tables.Notification
Sender = notice_tables.Sender
MessageTemplate = notice_tables.MessageTemplate
Unsubscribed = notice_tables.Unsubscribed
Undeliverable = notice_tables.Undeliverable
ReturnMailbox = notice_tables.ReturnMailbox
Alert = notice_tables.Alert
AlertReader = notice_tables.AlertReader
AlertTold = notice_tables.AlertTold


class Partner(Table, db=APP):
    id = UUID(primary_key=True)
    name = Text()
    created_at = Timestamptz()


class PartnerMember(Table, db=APP, tablename="partner_member"):
    partner = UUID(primary_key=True)
    account = UUID()


class Tenant(Table, db=APP):
    id = UUID(primary_key=True)
    name = Text()
    language = Text(default="fr")
    timezone = Text(default="Europe/Paris")
    created_at = Timestamptz()


class Membership(Table, db=APP):
    tenant = UUID()
    account = UUID(primary_key=True)
    role = Text()


class PartnerGrant(Table, db=APP, tablename="partner_grant"):
    tenant = UUID()
    id = UUID(primary_key=True)
    partner = UUID()
    granted_by = UUID(null=True, default=None)
    granted_at = Timestamptz()
    expires_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)


class Audit(Table, db=APP):
    tenant = UUID()
    id = BigInt(primary_key=True)
    at = Timestamptz()
    account = UUID(null=True, default=None)
    act = Text()
    object = Text()
    details = JSONB(default="{}")


class CallQuota(Table, db=APP, tablename="call_quota"):
    tenant = UUID()
    connection = UUID(primary_key=True)
    day = Date()
    orders = Integer(default=0)
    stock = Integer(default=0)
    catalogue = Integer(default=0)
    refused_at = Timestamptz(null=True, default=None)


class Connection(Table, db=APP):
    tenant = UUID()
    id = UUID(primary_key=True)
    name = Text()
    connector = Text()
    side = Text()
    settings = JSONB(default="{}")
    secrets = Bytea(null=True, default=None)
    state = Text(default="new")
    problem = JSONB(null=True, default=None)
    discovery = JSONB(null=True, default=None)
    checked_at = Timestamptz(null=True, default=None)
    pace = JSONB(default="{}")
    created_at = Timestamptz()


class Agent(Table, db=APP):
    tenant = UUID()
    id = UUID(primary_key=True)
    connection = UUID()
    public_key = Bytea()
    host = Text()
    system = Text()
    version = Text()
    enrolled_at = Timestamptz()
    last_seen_at = Timestamptz(null=True, default=None)
    last_delta = BigInt(default=0)
    configuration_version = Integer(default=1)
    health = JSONB(default="{}")
    revoked_at = Timestamptz(null=True, default=None)


class EnrolmentCode(Table, db=APP, tablename="enrolment_code"):
    tenant = UUID()
    id = UUID(primary_key=True)
    connection = UUID()
    code_hash = Bytea()
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz()
    expires_at = Timestamptz()
    agent = UUID(null=True, default=None)


class Command(Table, db=APP):
    tenant = UUID()
    id = UUID(primary_key=True)
    connection = UUID()
    verb = Text()
    body = Bytea()
    once = Text(null=True, default=None)
    urgent = Boolean(default=False)
    state = Text(default="waiting")
    leased_until = Timestamptz(null=True, default=None)
    leased_by = UUID(null=True, default=None)
    attempts = Integer(default=0)
    created_at = Timestamptz()
    done_at = Timestamptz(null=True, default=None)
    result = Bytea(null=True, default=None)


class StreamState(Table, db=APP, tablename="stream_state"):
    tenant = UUID()
    connection = UUID()
    stream = Text(primary_key=True)
    records = BigInt(default=0)
    cursor = Text(null=True, default=None)
    emptied = Integer(default=0)
    last_change_at = Timestamptz(null=True, default=None)
    last_scan_at = Timestamptz(null=True, default=None)
    last_complete_at = Timestamptz(null=True, default=None)
    problem = JSONB(null=True, default=None)


class Snapshot(Table, db=APP):
    tenant = UUID()
    connection = UUID()
    stream = Text()
    key = Text(primary_key=True)
    fingerprint = UUID()
    data = JSON()
    changed_at = Timestamptz()
    deleted_at = Timestamptz(null=True, default=None)
    read_at = DoublePrecision()


class HeldRecord(Table, db=APP, tablename="held_record"):
    tenant = UUID()
    connection = UUID()
    stream = Text()
    key = Text(primary_key=True)
    problem = JSONB()
    since = Timestamptz()


class Channel(Table, db=APP):
    tenant = UUID()
    id = UUID(primary_key=True)
    name = Text()
    erp = UUID()
    shop = UUID()
    state = Text(default="draft")
    settings = JSONB(default="{}")
    orders_from = Timestamptz()
    created_at = Timestamptz()
    drift = Text(default="repair")


class Binding(Table, db=APP):
    tenant = UUID()
    channel = UUID()
    stream = Text()
    key = Text(primary_key=True)
    target = Text(null=True, default=None)
    targets = JSONB(default="{}")
    desired = JSON(null=True, default=None)
    desired_print = UUID(null=True, default=None)
    desired_at = Timestamptz(null=True, default=None)
    pushed = JSON(null=True, default=None)
    pushed_print = UUID(null=True, default=None)
    pushed_at = Timestamptz(null=True, default=None)
    doubted = Boolean(default=False)
    problem = JSONB(null=True, default=None)
    held = Boolean(default=False)
    brake = UUID(null=True, default=None)
    attempts = Integer(default=0)
    retry_at = Timestamptz()
    leaving = Text(null=True, default=None)
    left_at = Timestamptz(null=True, default=None)


class Brake(Table, db=APP):
    tenant = UUID()
    id = UUID(primary_key=True)
    connection = UUID(null=True, default=None)
    channel = UUID(null=True, default=None)
    stream = Text()
    kind = Text()
    concerned = Integer()
    known = Integer()
    raised_at = Timestamptz()
    decided_at = Timestamptz(null=True, default=None)
    decision = Text(null=True, default=None)
    decided_by = UUID(null=True, default=None)


class ArticleLink(Table, db=APP, tablename="article_link"):
    tenant = UUID()
    channel = UUID()
    shop_item = Text(primary_key=True)
    item = Text()
    account = UUID()
    chosen_at = Timestamptz()


class CustomerLink(Table, db=APP, tablename="customer_link"):
    tenant = UUID()
    erp = UUID()
    identity = Text(primary_key=True)
    customer = Text()
    reason = Text()
    created_at = Timestamptz()


class Run(Table, db=APP):
    tenant = UUID()
    id = UUID(primary_key=True)
    connection = UUID(null=True, default=None)
    channel = UUID(null=True, default=None)
    stream = Text()
    direction = Text()
    state = Text(default="running")
    counts = JSONB(default="{}")
    problem = JSONB(null=True, default=None)
    started_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)


class Journal(Table, db=APP):
    tenant = UUID()
    id = BigInt(primary_key=True)
    at = Timestamptz()
    connection = UUID(null=True, default=None)
    channel = UUID(null=True, default=None)
    stream = Text()
    key = Text()
    event = Text()
    run = UUID(null=True, default=None)
    before = JSON(null=True, default=None)
    after = JSON(null=True, default=None)
    problem = JSONB(null=True, default=None)
    account = UUID(null=True, default=None)
    took_ms = Integer(null=True, default=None)
