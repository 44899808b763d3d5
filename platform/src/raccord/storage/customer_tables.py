"""The table of accounts and the customers that they are. As `tables`, whose class it is."""

from piccolo.columns import JSON, JSONB, UUID, Boolean, Integer, Text, Timestamptz
from piccolo.table import Table

from raccord.storage.engine import APP


class CustomerAccount(Table, db=APP, tablename="customer_account"):
    tenant = UUID()
    channel = UUID()
    account = Text(primary_key=True)
    customer = Text()
    reason = Text()
    further = Boolean(default=False)
    record = JSON(null=True, default=None)
    told = JSON(null=True, default=None)
    entered = JSON(null=True, default=None)
    before = JSON(null=True, default=None)
    trying = JSON(null=True, default=None)
    wanted = JSON(null=True, default=None)
    state = Text(default="settled")
    problem = JSONB(null=True, default=None)
    attempts = Integer(default=0)
    retry_at = Timestamptz()
    linked_at = Timestamptz()
    changed_at = Timestamptz(null=True, default=None)
