"""The tables of what a channel is decided to do: versions, drafts, plans, trials, rehearsals, and its comparisons with the shop.

As `tables`, whose classes they are."""

from piccolo.columns import JSON, JSONB, UUID, Array, Boolean, Integer, Text, Timestamptz
from piccolo.table import Table

from raccord.storage.engine import APP


class DriftPass(Table, db=APP, tablename="drift_pass"):
    tenant = UUID()
    id = UUID(primary_key=True)
    channel = UUID()
    at = Timestamptz()
    compared = Integer()
    differing = Integer()
    stubborn = Integer()
    gone = Integer()
    failed = Integer()
    fields = JSONB(default="{}")


class Drift(Table, db=APP, tablename="drift"):
    tenant = UUID()
    channel = UUID()
    key = Text(primary_key=True)
    cause = Text()
    state = Text()
    before = JSON()
    after = JSON()
    fields = Array(base_column=Text())
    pushed = JSON()
    targets = JSONB()
    print = UUID()
    desired_print = UUID()
    found_at = Timestamptz()
    seen_at = Timestamptz()
    repaired_at = Timestamptz(null=True, default=None)
    repaired_by = UUID(null=True, default=None)


class Mapping(Table, db=APP):
    tenant = UUID()
    id = UUID(primary_key=True)
    channel = UUID()
    stream = Text()
    version = Integer()
    rules = JSONB()
    active = Boolean(default=False)
    author = UUID(null=True, default=None)
    created_at = Timestamptz()
    settings = JSONB(null=True, default=None)
    note = Text(default="")


class MappingDraft(Table, db=APP, tablename="mapping_draft"):
    tenant = UUID()
    channel = UUID(primary_key=True)
    rules = JSONB()
    settings = JSONB()
    revision = Integer()
    based_on = Integer()
    changed_by = UUID(null=True, default=None)
    changed_at = Timestamptz()


class Plan(Table, db=APP):
    tenant = UUID()
    id = UUID(primary_key=True)
    channel = UUID()
    rules = JSONB()
    settings = JSONB()
    based_on = Integer()
    revision = Integer()
    state = Text(default="making")
    stage = Text(default="matching")
    after = Text(default="")
    done = Integer(default=0)
    of = Integer(default=0)
    tally = JSONB(default="{}")
    summary = JSONB(null=True, default=None)
    problem = JSONB(null=True, default=None)
    attempts = Integer(default=0)
    note = Text(default="")
    author = UUID(null=True, default=None)
    created_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    applied_at = Timestamptz(null=True, default=None)
    applied_by = UUID(null=True, default=None)
    version = Integer(null=True, default=None)


class PlanLine(Table, db=APP, tablename="plan_line"):
    tenant = UUID()
    plan = UUID()
    stream = Text()
    key = Text(primary_key=True)
    action = Text()
    fields = Array(base_column=Text())
    changes = JSON(null=True, default=None)
    problem = JSONB(null=True, default=None)
    reason = JSONB(null=True, default=None)


class PlanCode(Table, db=APP, tablename="plan_code"):
    tenant = UUID()
    plan = UUID()
    item = Text(primary_key=True)
    product = Text()
    sku = Text(null=True, default=None)


class Trial(Table, db=APP):
    tenant = UUID()
    channel = UUID()
    stream = Text()
    key = Text(primary_key=True)
    plan = UUID()
    before = JSON(null=True, default=None)


class DecidedWithdrawal(Table, db=APP, tablename="decided_withdrawal"):
    tenant = UUID()
    channel = UUID()
    key = Text(primary_key=True)
    plan = UUID()
    at = Timestamptz()


class Rehearsal(Table, db=APP):
    tenant = UUID()
    id = UUID(primary_key=True)
    channel = UUID()
    state = Text(default="running")
    rules = JSONB()
    settings = JSONB()
    of_draft = Boolean(default=False)
    step = Text()
    cursor = Text(default="")
    done = Integer(default=0)
    of = Integer(default=0)
    sides = JSONB(null=True, default=None)
    counts = JSONB(default="{}")
    figures = JSONB(default="{}")
    problem = JSONB(null=True, default=None)
    attempts = Integer(default=0)
    account = UUID(null=True, default=None)
    started_at = Timestamptz()
    retry_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
