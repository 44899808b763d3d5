"""The tables of people: how they prove who they are, and where they are signed in. As `tables`, whose classes they are."""

from piccolo.columns import JSONB, UUID, BigInt, Boolean, Bytea, Text, Timestamptz
from piccolo.table import Table

from raccord.storage.engine import APP


class Account(Table, db=APP):
    id = UUID(primary_key=True)
    email = Text()
    password_hash = Text()
    name = Text()
    language = Text(default="fr")
    created_at = Timestamptz()
    disabled_at = Timestamptz(null=True, default=None)
    email_verified_at = Timestamptz(null=True, default=None)
    totp_secret = Bytea(null=True, default=None)
    totp_last_step = BigInt(null=True, default=None)
    operator = Boolean(default=False)


class WebSession(Table, db=APP, tablename="web_session"):
    id = Text(primary_key=True)
    data = Bytea()
    expires_at = Timestamptz()
    account = UUID(null=True, default=None)
    browser = Text()
    network = Text()
    created_at = Timestamptz()
    last_seen_at = Timestamptz()


class AccountLink(Table, db=APP, tablename="account_link"):
    id = UUID(primary_key=True)
    purpose = Text()
    email = Text()
    account = UUID(null=True, default=None)
    details = JSONB(default="{}")
    created_at = Timestamptz()
    expires_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)


class RecoveryCode(Table, db=APP, tablename="recovery_code"):
    account = UUID()
    hash = Bytea(primary_key=True)


class Passkey(Table, db=APP):
    id = Bytea(primary_key=True)
    account = UUID()
    name = Text()
    public_key = Bytea()
    sign_count = BigInt(default=0)
    created_at = Timestamptz()
    last_used_at = Timestamptz(null=True, default=None)


class OpenIdIdentity(Table, db=APP, tablename="openid_identity"):
    issuer = Text()
    subject = Text(primary_key=True)
    account = UUID()
    email = Text()
    linked_at = Timestamptz()


class Invitation(Table, db=APP):
    tenant = UUID()
    id = UUID(primary_key=True)
    email = Text()
    role = Text()
    invited_by = UUID(null=True, default=None)
    invited_at = Timestamptz()
    expires_at = Timestamptz()
    accepted_by = UUID(null=True, default=None)
    accepted_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
