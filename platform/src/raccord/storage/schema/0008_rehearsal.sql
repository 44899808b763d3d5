-- Rehearsals: what would go wrong with a channel, found before its first write.

CREATE TABLE rehearsal (             -- one pass over both sides of a channel; nothing is written in either
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  channel uuid NOT NULL,
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'failed', 'ended')),
  rules jsonb NOT NULL,                   -- core.rules.Mapping and core.channel.ChannelSettings: the draft's, or what is active
  settings jsonb NOT NULL,
  of_draft boolean NOT NULL DEFAULT false,
  step text NOT NULL,                     -- sync.rehearsing.STEPS; where it goes on after a cut
  cursor text NOT NULL DEFAULT '',        -- in the step: the last key, or the shop's own cursor
  done int NOT NULL DEFAULT 0,            -- records of the step that were looked at
  "of" int NOT NULL DEFAULT 0,            -- records of the step, 0 where nobody knows before
  sides jsonb,                            -- what both sides said of themselves: contract.Discovery, twice
  counts jsonb NOT NULL DEFAULT '{}',     -- kind → how many were found; examples are kept of the first hundred
  figures jsonb NOT NULL DEFAULT '{}',    -- articles, listings, matched, orders…
  problem jsonb,                          -- contract.Problem: why it could not go on
  attempts int NOT NULL DEFAULT 0,        -- that ended in a problem which may pass
  account uuid,                           -- who started it
  started_at timestamptz NOT NULL DEFAULT now(),
  retry_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE
);
CREATE INDEX rehearsal_recent ON rehearsal (tenant, channel, started_at DESC);
CREATE UNIQUE INDEX rehearsal_running ON rehearsal (tenant, channel) WHERE state = 'running';

CREATE TABLE rehearsal_finding (     -- one thing that is wrong, as an example of its kind
  tenant uuid NOT NULL,
  rehearsal uuid NOT NULL,
  kind text NOT NULL,                     -- core.rehearsal.findings.Kind.code
  stream text NOT NULL,
  key text NOT NULL,                      -- of the record
  part text NOT NULL DEFAULT '',          -- several of one kind in one record
  message json NOT NULL,                  -- contract.Message
  many int NOT NULL DEFAULT 1,            -- how often it was met
  number bigint GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (tenant, rehearsal, kind, stream, key, part),
  FOREIGN KEY (tenant, rehearsal) REFERENCES rehearsal ON DELETE CASCADE
);

CREATE TABLE rehearsal_code (        -- references, bar codes and identities met so far; gone at the end
  tenant uuid NOT NULL,
  rehearsal uuid NOT NULL,
  side text NOT NULL CHECK (side IN ('erp', 'unsold', 'shop', 'customer')),
  owner text NOT NULL,                    -- article, listing or customer
  item text NOT NULL,
  sku text NOT NULL DEFAULT '',           -- in the form in which it is compared; of a customer: 'email:…'
  ean text,
  shown_sku text NOT NULL DEFAULT '',     -- as it was typed
  shown_ean text NOT NULL DEFAULT '',
  title text NOT NULL DEFAULT '',
  other text,                             -- the ERP's item that it was matched with
  PRIMARY KEY (tenant, rehearsal, side, owner, item),
  FOREIGN KEY (tenant, rehearsal) REFERENCES rehearsal ON DELETE CASCADE
);
-- Each begins with what it is asked by: with a common beginning, PostgreSQL takes any of them before it knows the table.
CREATE INDEX rehearsal_code_item ON rehearsal_code (tenant, item, rehearsal);
CREATE INDEX rehearsal_code_sku ON rehearsal_code (tenant, sku, rehearsal) WHERE side = 'customer';

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['rehearsal', 'rehearsal_finding', 'rehearsal_code'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_isolation ON %I TO raccord_app USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO raccord_app', t);
  END LOOP;
END $$;
GRANT SELECT ON rehearsal TO raccord_system;
CREATE POLICY system_reads ON rehearsal FOR SELECT TO raccord_system USING (true);
