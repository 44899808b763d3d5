-- People: how they prove who they are, where they are signed in, and who is invited to a merchant's company.

ALTER TABLE account
  ADD COLUMN email_verified_at timestamptz,   -- a link that was sent there was followed
  ADD COLUMN totp_secret bytea,               -- sealed by the vault for this account; NULL: no second step
  ADD COLUMN totp_last_step bigint,           -- a code is taken once
  ADD COLUMN operator boolean NOT NULL DEFAULT false;
UPDATE account SET email_verified_at = created_at;  -- made by the operator, who knew them

-- Whose a session is, always told from what it holds: a web process of the version before writes it without knowing.
CREATE FUNCTION session_account(data bytea) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT CASE WHEN octet_length(data) > 0 THEN (convert_from(data, 'UTF8')::jsonb ->> 'account')::uuid END $$;
ALTER TABLE web_session
  ADD COLUMN account uuid GENERATED ALWAYS AS (session_account(data)) STORED,
  ADD COLUMN browser text NOT NULL DEFAULT '',
  ADD COLUMN network text NOT NULL DEFAULT '',
  ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN last_seen_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX web_session_account ON web_session (account) WHERE account IS NOT NULL;

CREATE TABLE account_link (          -- a link sent by mail; the mail's token is signed and kept nowhere
  id uuid PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('sign_up', 'reset', 'email')),
  email text NOT NULL,
  account uuid REFERENCES account ON DELETE CASCADE,
  details jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX account_link_account ON account_link (account) WHERE account IS NOT NULL;
CREATE INDEX account_link_expires ON account_link (expires_at);

CREATE TABLE recovery_code (         -- instead of a code of the second step, once each
  account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  hash bytea NOT NULL,
  PRIMARY KEY (account, hash)
);

CREATE TABLE passkey (
  id bytea PRIMARY KEY,                   -- the credential's, made by the authenticator
  account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  name text NOT NULL,
  public_key bytea NOT NULL,
  sign_count bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz
);
CREATE INDEX passkey_account ON passkey (account);

CREATE TABLE openid_identity (       -- a person as an OpenID Connect issuer knows them
  issuer text NOT NULL,
  subject text NOT NULL,
  account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  email text NOT NULL,
  linked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX openid_identity_account ON openid_identity (account);

CREATE TABLE invitation (            -- to a merchant's company, by mail
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  id uuid NOT NULL,
  email text NOT NULL,
  role text NOT NULL CHECK (role IN ('owner', 'manager', 'seller', 'reader')),
  invited_by uuid REFERENCES account ON DELETE SET NULL,
  invited_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  accepted_by uuid,
  accepted_at timestamptz,
  ended_at timestamptz,                   -- taken back, or replaced by a newer one
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX invitation_open ON invitation (tenant, lower(email)) WHERE accepted_at IS NULL AND ended_at IS NULL;
ALTER TABLE invitation ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitation FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON invitation TO raccord_app USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant());

GRANT SELECT, INSERT, UPDATE, DELETE ON account_link, recovery_code, passkey, openid_identity, invitation TO raccord_app;
