-- Messages to the merchant's customers, and alerts to the merchant's own people.

-- Who is told what: one row per order, event and medium, made when the event is first seen, whether it is told or not. So a switch
-- that is turned on later, a restart or a repetition never tells the past.
CREATE TABLE notification (
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  sales_order uuid NOT NULL,
  event text NOT NULL,                    -- core.notification_events.Happening.key, e.g. 'shipped/BL00042'
  medium text NOT NULL CHECK (medium IN ('email', 'sms')),
  state text NOT NULL CHECK (state IN ('due', 'sending', 'sent', 'uncertain', 'failed', 'skipped')),
  reason text,                            -- of skipped: core.notification_events.Reason
  recipient text NOT NULL DEFAULT '',     -- that it went to, or was to go to
  language text,
  seen_at timestamptz NOT NULL DEFAULT now(),
  attempts int NOT NULL DEFAULT 0,
  retry_at timestamptz NOT NULL DEFAULT now(),
  handed_at timestamptz,                  -- since when it is being handed over: what dies from here on is uncertain
  sent_at timestamptz,
  answer text NOT NULL DEFAULT '',        -- of the server or provider that took it: its number of the message
  problem json,
  PRIMARY KEY (tenant, sales_order, event, medium),
  UNIQUE (tenant, id),
  FOREIGN KEY (tenant, sales_order) REFERENCES sales_order ON DELETE CASCADE
);
CREATE INDEX notification_due ON notification (tenant, retry_at) WHERE state IN ('due', 'sending');
CREATE INDEX notification_seen ON notification (tenant, seen_at DESC);
CREATE INDEX notification_open ON notification (tenant, state) WHERE state IN ('failed', 'uncertain');

CREATE TABLE sender (                -- by what a merchant's messages leave
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  medium text NOT NULL CHECK (medium IN ('email', 'sms')),
  provider text NOT NULL,
  settings jsonb NOT NULL DEFAULT '{}',
  secrets bytea,
  state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'ready', 'problem')),
  problem json,
  checked_at timestamptz,
  PRIMARY KEY (tenant, medium)
);

CREATE TABLE message_template (      -- where the merchant changed the proposed one
  tenant uuid NOT NULL,
  channel uuid NOT NULL,
  event text NOT NULL,
  medium text NOT NULL,
  language text NOT NULL,
  subject text NOT NULL DEFAULT '',
  body text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  changed_by uuid,
  PRIMARY KEY (tenant, channel, event, medium, language),
  FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE
);

CREATE TABLE unsubscribed (          -- customers who want no such messages any more
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  address text NOT NULL,                  -- in small letters
  since timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, address)
);

CREATE TABLE alert (                 -- something that is wrong, or was
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  id uuid NOT NULL,
  kind text NOT NULL,                     -- alerts.models.Kind
  object text NOT NULL,                   -- which channel, connection…: one is open at a time for each
  details json NOT NULL DEFAULT '{}',
  opened_at timestamptz NOT NULL DEFAULT now(),
  resolved_at timestamptz,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX alert_open ON alert (tenant, kind, object) WHERE resolved_at IS NULL;
CREATE INDEX alert_opened ON alert (tenant, opened_at DESC);

CREATE TABLE alert_reader (          -- how one person wants to be told; who has no row is told as the role says
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  pace text NOT NULL CHECK (pace IN ('at_once', 'daily', 'never')),
  kinds text[],                           -- NULL: all
  PRIMARY KEY (tenant, account)
);

CREATE TABLE alert_told (            -- who knows of what
  tenant uuid NOT NULL,
  alert uuid NOT NULL,
  account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  opened_told_at timestamptz,
  resolved_told_at timestamptz,
  PRIMARY KEY (tenant, alert, account),
  FOREIGN KEY (tenant, alert) REFERENCES alert ON DELETE CASCADE
);
CREATE INDEX alert_told_last ON alert_told (tenant, account, opened_told_at);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['notification', 'sender', 'message_template', 'unsubscribed', 'alert', 'alert_reader', 'alert_told'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_isolation ON %I TO raccord_app USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO raccord_app', t);
  END LOOP;
END $$;
-- The sweep looks for what is due.
GRANT SELECT ON notification TO raccord_system;
CREATE POLICY system_reads ON notification FOR SELECT TO raccord_system USING (true);
