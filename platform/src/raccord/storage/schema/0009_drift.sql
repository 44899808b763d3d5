-- What the shop really has, compared with what it was sent: each comparison counted, and the differences that stand.

ALTER TABLE channel ADD COLUMN drift text NOT NULL DEFAULT 'repair' CHECK (drift IN ('repair', 'tell'));
-- What becomes of a difference. Not part of a version: it changes no field, and a draft must not take it back.

CREATE TABLE drift_pass (            -- one comparison of a sample
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  channel uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  compared int NOT NULL,
  differing int NOT NULL,                 -- changed in the shop
  stubborn int NOT NULL,                  -- changed again in the same way after it was put right
  gone int NOT NULL,                      -- deleted in the shop
  failed int NOT NULL,                    -- what we had to send has not got through
  fields jsonb NOT NULL DEFAULT '{}',     -- target → listings in which it differed
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE
);
CREATE INDEX drift_pass_of_channel ON drift_pass (tenant, channel, at DESC);

CREATE TABLE drift (                 -- a listing that differs; what is gone or failed is told by its binding
  tenant uuid NOT NULL,
  channel uuid NOT NULL,
  key text NOT NULL,
  cause text NOT NULL CHECK (cause IN ('hand', 'cleaned')),
  state text NOT NULL CHECK (state IN ('open', 'repaired', 'right')),  -- right: seen as it should be since
  before json NOT NULL,                   -- core.difference: what was sent
  after json NOT NULL,                    -- and what the shop has
  fields text[] NOT NULL DEFAULT '{}',    -- targets that differ
  pushed json NOT NULL,                   -- the listing as the shop has it, and what a repair makes of the binding
  targets jsonb NOT NULL,
  print uuid NOT NULL,
  desired_print uuid NOT NULL,            -- of the binding that was compared
  found_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now(),
  repaired_at timestamptz,
  repaired_by uuid,                       -- null: by itself
  PRIMARY KEY (tenant, channel, key),
  FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE
);
CREATE INDEX drift_open ON drift (tenant, channel, cause, key) WHERE state = 'open';

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['drift_pass', 'drift'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_isolation ON %I TO raccord_app USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO raccord_app', t);
  END LOOP;
END $$;
