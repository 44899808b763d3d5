"""The tables of papers and customers' pages. As `tables`, whose classes they are."""

from piccolo.columns import JSON, UUID, BigInt, Date, Integer, Numeric, Text, Timestamptz
from piccolo.table import Table

from raccord.storage.engine import APP


class Paper(Table, db=APP):
    tenant = UUID()
    id = UUID(primary_key=True)
    channel = UUID()
    key = Text()
    number = Text()
    kind = Text()
    dated = Date()
    customer = Text()
    customer_name = Text(default="")
    gross = Numeric()
    currency = Text()
    flow = Text(null=True, default=None)
    state = Text()
    print = UUID()
    version = Integer(default=0)
    missing = JSON(default="[]")
    problem = JSON(null=True, default=None)
    attempts = Integer(default=0)
    retry_at = Timestamptz()
    seen_at = Timestamptz()
    given_at = Timestamptz(null=True, default=None)


class PaperReference(Table, db=APP, tablename="paper_reference"):
    tenant = UUID()
    paper = UUID()
    reference = Text(primary_key=True)


class PaperVersion(Table, db=APP, tablename="paper_version"):
    tenant = UUID()
    paper = UUID()
    number = Integer(primary_key=True)
    print = UUID()
    object = Text()
    sha256 = Text()
    size = BigInt()
    source = Text()
    made_at = Timestamptz()
    keep_until = Date()


class CustomerPage(Table, db=APP, tablename="customer_page"):
    tenant = UUID()
    id = UUID(primary_key=True)
    channel = UUID()
    customer = Text()
    buyer = Text(default="")
    serial = Integer(default=1)
    made_at = Timestamptz()
    expires_at = Timestamptz()
    revoked_at = Timestamptz(null=True, default=None)
    seen_at = Timestamptz(null=True, default=None)
    visits = Integer(default=0)
