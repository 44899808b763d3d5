-- The public API: its keys, the partners' programs, how much each may ask, and what was answered to whom already. What goes out
-- to the merchant's own programs. And what an ERP without an agent pushes.

CREATE TABLE api_key (
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL,
  shown text NOT NULL,                    -- how it begins, to be recognised by
  hash bytea NOT NULL,                    -- SHA-256 of 256 random bits: nothing to be guessed, so nothing to be slowed down
  scopes text[] NOT NULL,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,                 -- NULL: until it is revoked
  last_used_at timestamptz,               -- to the minute
  revoked_at timestamptz,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX api_key_hash ON api_key (hash);

CREATE TABLE partner_program (       -- OAuth2 client of a partner: enters each merchant by the grant of that merchant
  id uuid PRIMARY KEY,
  partner uuid NOT NULL REFERENCES partner ON DELETE CASCADE,
  name text NOT NULL,
  secret_hash bytea NOT NULL,
  scopes text[] NOT NULL,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX partner_program_partner ON partner_program (partner);
GRANT SELECT, INSERT, UPDATE, DELETE ON partner_program TO raccord_app;

CREATE TABLE api_token (             -- of a partner's program, for one merchant, as long as the grant holds
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  program uuid NOT NULL REFERENCES partner_program ON DELETE CASCADE,
  partner_grant uuid NOT NULL,
  hash bytea NOT NULL,
  scopes text[] NOT NULL,
  issued_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, partner_grant) REFERENCES partner_grant ON DELETE CASCADE
);
CREATE UNIQUE INDEX api_token_hash ON api_token (hash);

CREATE TABLE api_window (            -- requests of one caller in the running minute, whichever process took them
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  caller uuid NOT NULL,
  begun timestamptz NOT NULL,
  used int NOT NULL,
  PRIMARY KEY (tenant, caller)
);

CREATE TABLE api_answer (            -- Idempotency-Key: what was answered, in the transaction of what it did
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  caller uuid NOT NULL,
  key text NOT NULL,
  print bytea NOT NULL,                   -- SHA-256 of method, path and body
  status int,                             -- NULL: under way until `until`
  headers jsonb,
  body bytea,
  at timestamptz NOT NULL DEFAULT now(),
  until timestamptz,
  PRIMARY KEY (tenant, caller, key)
);
CREATE INDEX api_answer_at ON api_answer (tenant, at);

-- ------------------------------------------------------------------------------------------------- outgoing

CREATE TABLE endpoint (              -- an address of the merchant's that is told of what happens
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL,
  url text NOT NULL,
  events text[] NOT NULL,
  secret bytea NOT NULL,                  -- encrypted for this tenant (vault)
  state text NOT NULL DEFAULT 'on' CHECK (state IN ('on', 'off', 'stopped')),  -- stopped: by us, after failing for long
  failing_since timestamptz,
  problem json,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, id)
);

CREATE TABLE outgoing_event (        -- written in the transaction of what it tells
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  type text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  data json NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX outgoing_event_at ON outgoing_event (tenant, at);

CREATE TABLE delivery (              -- one event for one endpoint: what is due is the to-do list
  tenant uuid NOT NULL,
  endpoint uuid NOT NULL,
  event uuid NOT NULL,
  state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'taken', 'failed')),
  attempts int NOT NULL DEFAULT 0,
  retry_at timestamptz NOT NULL DEFAULT now(),
  taken_at timestamptz,
  PRIMARY KEY (tenant, endpoint, event),
  FOREIGN KEY (tenant, endpoint) REFERENCES endpoint ON DELETE CASCADE,
  FOREIGN KEY (tenant, event) REFERENCES outgoing_event ON DELETE CASCADE
);
CREATE INDEX delivery_due ON delivery (tenant, retry_at) WHERE state = 'due';

CREATE TABLE delivery_attempt (
  tenant uuid NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  endpoint uuid NOT NULL,
  event uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  status int,                             -- NULL: no answer
  took_ms int NOT NULL,
  answer text NOT NULL DEFAULT '',        -- how it begins
  problem json,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, endpoint, event) REFERENCES delivery ON DELETE CASCADE
);
CREATE INDEX delivery_attempt_of ON delivery_attempt (tenant, endpoint, id DESC);

-- --------------------------------------------------------------------------------------------------- pushed

CREATE TABLE push_session (          -- a whole stream in several batches: what it lacks at the end is gone
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  connection uuid NOT NULL,
  stream text NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'committed', 'abandoned')),
  rows bigint NOT NULL DEFAULT 0,
  unnamed bigint NOT NULL DEFAULT 0,      -- refused rows whose key nobody can tell
  begun_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  answer json,                            -- of the commit
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, connection) REFERENCES connection ON DELETE CASCADE
);
CREATE UNIQUE INDEX push_session_open ON push_session (tenant, connection, stream) WHERE state = 'open';

CREATE TABLE push_seen (             -- keys that an open session brought
  tenant uuid NOT NULL,
  session uuid NOT NULL,
  key text NOT NULL,
  PRIMARY KEY (tenant, session, key),
  FOREIGN KEY (tenant, session) REFERENCES push_session ON DELETE CASCADE
);

CREATE TABLE push_batch (            -- taken once: the same id again gets the same answer
  tenant uuid NOT NULL,
  connection uuid NOT NULL,
  stream text NOT NULL,
  id text NOT NULL,
  print bytea NOT NULL,
  answer json NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, connection, stream, id),
  FOREIGN KEY (tenant, connection) REFERENCES connection ON DELETE CASCADE
);
CREATE INDEX push_batch_at ON push_batch (tenant, at);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['api_key', 'api_token', 'api_window', 'api_answer', 'endpoint', 'outgoing_event', 'delivery',
                           'delivery_attempt', 'push_session', 'push_seen', 'push_batch'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_isolation ON %I TO raccord_app USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO raccord_app', t);
  END LOOP;
  -- Whose key or token a stranger shows; which tenants have something to send.
  FOREACH t IN ARRAY ARRAY['api_key', 'api_token', 'delivery', 'endpoint'] LOOP
    EXECUTE format('GRANT SELECT ON %I TO raccord_system', t);
    EXECUTE format('CREATE POLICY system_reads ON %I FOR SELECT TO raccord_system USING (true)', t);
  END LOOP;
END $$;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO raccord_app;
