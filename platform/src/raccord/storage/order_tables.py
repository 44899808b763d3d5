"""The tables of orders and of what becomes of them in the ERP. As `tables`, whose classes they are."""

from piccolo.columns import JSON, JSONB, UUID, Boolean, DoublePrecision, Integer, Numeric, Text, Timestamptz
from piccolo.table import Table

from raccord.storage.engine import APP


class SalesOrder(Table, db=APP, tablename="sales_order"):
    tenant = UUID()
    id = UUID(primary_key=True)
    channel = UUID()
    connection = UUID()
    key = Text()
    number = Text()
    reference = Text()
    data = JSON()
    fingerprint = UUID()
    stage = Text()
    state = Text()
    problem = JSONB(null=True, default=None)
    customer = Text(null=True, default=None)
    customer_reason = Text(null=True, default=None)
    draft = JSON(null=True, default=None)
    document = Text(null=True, default=None)
    document_number = Text(null=True, default=None)
    gross = Numeric()
    currency = Text()
    placed_at = Timestamptz()
    received_at = Timestamptz()
    integrated_at = Timestamptz(null=True, default=None)
    attempts = Integer(default=0)
    retry_at = Timestamptz()
    payments_by_hand = Boolean(default=False)
    credits_by_hand = Boolean(default=False)
    entered = JSON(null=True, default=None)
    document_gone_at = Timestamptz(null=True, default=None)
    document_seen = Boolean(default=False)
    stuck_since = Timestamptz(null=True, default=None)


class Reservation(Table, db=APP):
    tenant = UUID()
    connection = UUID()
    sales_order = UUID()
    line = Text(primary_key=True)
    item = Text()
    quantity = Numeric()
    created_at = Timestamptz()
    reflected_print = UUID(null=True, default=None)
    asked_at = Timestamptz(null=True, default=None)
    told_at = Timestamptz(null=True, default=None)
    proven_at = DoublePrecision(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    ended_because = Text(null=True, default=None)


class OrderProgress(Table, db=APP, tablename="order_progress"):
    tenant = UUID()
    sales_order = UUID()
    line = Text(primary_key=True)
    added = Boolean(default=False)
    item = Text()
    title = Text(default="")
    ordered = Numeric()
    kept = Numeric()
    delivered = Numeric()
    invoiced = Numeric()
    shipments = JSON(default="{}")
    invoices = JSON(default="[]")
    net = Numeric()


class OrderHold(Table, db=APP, tablename="order_hold"):
    tenant = UUID()
    sales_order = UUID()
    kind = Text(primary_key=True)
    state = Text()
    print = UUID()
    facts = JSON()
    problem = JSON()
    opened_at = Timestamptz()
    decision = Text(null=True, default=None)
    decided_lines = JSON(default="{}")
    refunds = JSON(default="[]")
    decided_at = Timestamptz(null=True, default=None)
    decided_by = UUID(null=True, default=None)


class OrderCredit(Table, db=APP, tablename="order_credit"):
    tenant = UUID()
    sales_order = UUID()
    refund = Text(primary_key=True)
    state = Text()
    key = Text(null=True, default=None)
    draft = JSON(null=True, default=None)
    document = JSON(null=True, default=None)
    attempts = Integer(default=0)
    retry_at = Timestamptz()
    problem = JSON(null=True, default=None)
    entered_at = Timestamptz(null=True, default=None)


class OrderBalance(Table, db=APP, tablename="order_balance"):
    tenant = UUID()
    sales_order = UUID(primary_key=True)
    print = UUID()
    balance = JSON(null=True, default=None)
    attempts = Integer(default=0)
    retry_at = Timestamptz()
    problem = JSON(null=True, default=None)
    checked_at = Timestamptz(null=True, default=None)


class OrderPayment(Table, db=APP, tablename="order_payment"):
    tenant = UUID()
    sales_order = UUID()
    key = Text(primary_key=True)
    state = Text()
    entry = JSON(null=True, default=None)
    attempts = Integer(default=0)
    retry_at = Timestamptz()
    problem = JSON(null=True, default=None)
    entered_at = Timestamptz(null=True, default=None)


class OrderDecision(Table, db=APP, tablename="order_decision"):
    tenant = UUID()
    sales_order = UUID()
    once = Text(primary_key=True)
    kind = Text()
    account = UUID()
    reason = Text(default="")
    detail = JSONB(default="{}")
    decided_at = Timestamptz()
