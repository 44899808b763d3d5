-- Papers: invoices and credit notes of the ERP as their customers receive them, each version kept as it was given; and the pages
-- on which a customer finds them.

CREATE TABLE paper (
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  channel uuid NOT NULL,
  key text NOT NULL,                      -- in the ERP's `invoices`
  number text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('invoice', 'credit', 'deposit')),
  dated date NOT NULL,
  customer text NOT NULL,                 -- the ERP's key
  customer_name text NOT NULL DEFAULT '',
  gross numeric NOT NULL,
  currency text NOT NULL,
  flow text,                              -- core.invoice_model.Flow, once it could be worked out
  state text NOT NULL CHECK (state IN ('due', 'waiting', 'held', 'ready', 'changed', 'withdrawn')),
                                          -- waiting: until the ERP has finished it; changed: given, and altered since in the ERP
  print uuid NOT NULL,                    -- of what is drawn of the ERP's record
  version int NOT NULL DEFAULT 0,         -- the one that the customer sees; 0: none yet
  missing json NOT NULL DEFAULT '[]',
  problem json,
  attempts int NOT NULL DEFAULT 0,
  retry_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now(),
  given_at timestamptz,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, channel, key),
  FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE
);
CREATE INDEX paper_due ON paper (tenant, retry_at) WHERE state IN ('due', 'waiting', 'held');
CREATE INDEX paper_of_customer ON paper (tenant, channel, customer);
CREATE INDEX paper_dated ON paper (tenant, dated DESC, id);

CREATE TABLE paper_reference (            -- orders of the shop that a paper invoices
  tenant uuid NOT NULL,
  paper uuid NOT NULL,
  reference text NOT NULL,
  PRIMARY KEY (tenant, paper, reference),
  FOREIGN KEY (tenant, paper) REFERENCES paper ON DELETE CASCADE
);
CREATE INDEX paper_reference_of ON paper_reference (tenant, reference);

CREATE TABLE paper_version (              -- never changed: what was given stays what it was
  tenant uuid NOT NULL,
  paper uuid NOT NULL,
  number int NOT NULL,
  print uuid NOT NULL,                    -- of what it was drawn from: the same again makes no other version
  object text NOT NULL,                   -- key in the object store
  sha256 text NOT NULL,
  size bigint NOT NULL,
  source text NOT NULL CHECK (source IN ('rendered', 'erp_file')),
  made_at timestamptz NOT NULL DEFAULT now(),
  keep_until date NOT NULL,
  PRIMARY KEY (tenant, paper, number),
  UNIQUE (tenant, paper, print),
  FOREIGN KEY (tenant, paper) REFERENCES paper ON DELETE CASCADE
);

CREATE TABLE customer_page (
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  channel uuid NOT NULL,
  customer text NOT NULL,                 -- the ERP's key
  buyer text NOT NULL DEFAULT '',         -- e-mail in small letters of the shop's buyer whom it was made for; empty: the account's
  serial int NOT NULL DEFAULT 1,          -- part of what is signed: a new one ends the links given before
  made_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  seen_at timestamptz,
  visits int NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, channel, customer, buyer),
  FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['paper', 'paper_reference', 'paper_version', 'customer_page'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_isolation ON %I TO raccord_app '
                   'USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant())', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO raccord_app', name);
  END LOOP;
END $$;
REVOKE UPDATE ON paper_version FROM raccord_app;
GRANT SELECT ON paper TO raccord_system;
CREATE POLICY system_reads ON paper FOR SELECT TO raccord_system USING (true);
