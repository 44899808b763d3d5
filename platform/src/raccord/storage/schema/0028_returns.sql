-- What comes back: renderers that were ended from outside, documents that stand at an address of somebody else's, messages that
-- were taken and not delivered after all.

-- How often a renderer was ended from outside over this content: bounded, so that it is not tried for ever.
ALTER TABLE media_content ADD COLUMN ended int NOT NULL DEFAULT 0;

CREATE TABLE web_document (          -- a data sheet that the ERP names by its address; media_file.name has the same
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  address text NOT NULL,
  sha256 bytea,                           -- of what was there; null: never fetched yet
  size bigint NOT NULL DEFAULT 0,
  etag text NOT NULL DEFAULT '',          -- as its server told it, to be asked again without a transfer
  problem json,
  attempts int NOT NULL DEFAULT 0,
  retry_at timestamptz NOT NULL DEFAULT now(),
  fetched_at timestamptz,
  PRIMARY KEY (tenant, address)
);
CREATE INDEX web_document_due ON web_document (tenant, retry_at);

-- A mail bears our mark in its Message-ID, a text message as its provider's tag: what comes back names it.
ALTER TABLE notification ADD COLUMN mark text NOT NULL DEFAULT '';
ALTER TABLE notification ADD COLUMN receipt text CHECK (receipt IN ('awaited', 'delivered', 'refused', 'unknown'));
ALTER TABLE notification ADD COLUMN receipt_at timestamptz;
COMMENT ON COLUMN notification.receipt_at IS 'awaited: when the provider is asked next; else since when it is known';
CREATE INDEX notification_mark ON notification (tenant, mark) WHERE mark <> '';
CREATE INDEX notification_receipt ON notification (tenant, receipt_at) WHERE receipt = 'awaited';

CREATE TABLE undeliverable (         -- addresses and numbers at which nothing arrives; a person may take one off
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  address text NOT NULL,                  -- in small letters
  since timestamptz NOT NULL DEFAULT now(),
  problem json NOT NULL,
  PRIMARY KEY (tenant, address)
);

CREATE TABLE return_mailbox (        -- where mail servers send what they could not deliver, read by IMAP
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  settings jsonb NOT NULL DEFAULT '{}',
  secrets bytea,
  state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'ready', 'problem')),
  problem json,
  checked_at timestamptz,
  validity bigint NOT NULL DEFAULT 0,     -- of the mailbox's numbers: others mean that it begins anew
  seen bigint NOT NULL DEFAULT 0,         -- the highest number that was read
  look_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant)
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['web_document', 'undeliverable', 'return_mailbox'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_isolation ON %I TO raccord_app USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO raccord_app', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['web_document', 'return_mailbox'] LOOP
    EXECUTE format('GRANT SELECT ON %I TO raccord_system', t);
    EXECUTE format('CREATE POLICY system_reads ON %I FOR SELECT TO raccord_system USING (true)', t);
  END LOOP;
END $$;
