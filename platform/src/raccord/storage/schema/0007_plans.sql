-- Versions of a channel's rules, the draft of the next one, and plans: what applying a draft would do.

ALTER TABLE mapping ADD COLUMN settings jsonb;  -- core.channel.ChannelSettings; null: the channel's, which never changed since
ALTER TABLE mapping ADD COLUMN note text NOT NULL DEFAULT '';

CREATE TABLE mapping_draft (         -- the next version of a channel, while people work on it
  tenant uuid NOT NULL,
  channel uuid NOT NULL,
  rules jsonb NOT NULL,                   -- core.rules.Mapping
  settings jsonb NOT NULL,                -- core.channel.ChannelSettings
  revision int NOT NULL,                  -- rises with each change: who changes an older one is told
  based_on int NOT NULL,                  -- the version that was active when it was begun
  changed_by uuid,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, channel),
  FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE
);

CREATE TABLE plan (                  -- what applying these rules and settings would do, worked out record by record
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  channel uuid NOT NULL,
  rules jsonb NOT NULL,
  settings jsonb NOT NULL,
  based_on int NOT NULL,                  -- the version that was active; with another one, the plan is stale
  revision int NOT NULL,                  -- of the draft that it was made from
  state text NOT NULL DEFAULT 'making' CHECK (state IN ('making', 'ready', 'failed', 'applied', 'superseded')),
  stage text NOT NULL DEFAULT 'matching'
    CHECK (stage IN ('matching', 'listings', 'references', 'availability', 'counting')),
  after text NOT NULL DEFAULT '',         -- the last key that the stage has seen
  done int NOT NULL DEFAULT 0,
  "of" int NOT NULL DEFAULT 0,            -- articles and stock to be looked at
  tally jsonb NOT NULL DEFAULT '{}',      -- core.plan.Tally: what is counted without a line of its own
  summary jsonb,                          -- core.plan.Summary, at the end
  problem jsonb,                          -- contract.Problem: why it could not be made
  attempts int NOT NULL DEFAULT 0,        -- begun without coming any further
  note text NOT NULL DEFAULT '',
  author uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,                   -- made, or given up
  applied_at timestamptz,
  applied_by uuid,
  version int,                            -- what it became
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE
);
CREATE INDEX plan_of_channel ON plan (tenant, channel, created_at DESC);
CREATE INDEX plan_making ON plan (tenant) WHERE state = 'making';

-- The next two are written by the hundred thousand: no foreign key, the purge finds those whose plan is gone.
CREATE TABLE plan_line (             -- one record that would change
  tenant uuid NOT NULL,
  plan uuid NOT NULL,
  stream text NOT NULL,                   -- of the shop
  key text NOT NULL,
  action text NOT NULL,                   -- core.plan.Action
  fields text[] NOT NULL DEFAULT '{}',    -- targets that change
  changes json,                           -- core.plan.FieldChange, several
  problem jsonb,                          -- contract.Problem: why it is held
  reason jsonb,                           -- contract.Message: the sum behind a quantity
  PRIMARY KEY (tenant, plan, stream, key)
);
CREATE TABLE plan_code (             -- references under the plan's rules, where they differ from item_code
  tenant uuid NOT NULL,
  plan uuid NOT NULL,
  item text NOT NULL,
  product text NOT NULL,
  sku text,                               -- null: the item would not be published
  PRIMARY KEY (tenant, plan, item)
);

CREATE TABLE trial (                 -- records that follow a plan before it is applied
  tenant uuid NOT NULL,
  channel uuid NOT NULL,
  stream text NOT NULL,
  key text NOT NULL,
  plan uuid NOT NULL,
  before json,                            -- the listing as the shop had it, in a channel that is not on air
  PRIMARY KEY (tenant, channel, stream, key),
  FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE
);

CREATE TABLE decided_withdrawal (    -- withdrawals that an applied plan had told: nobody is asked about them again
  tenant uuid NOT NULL,
  channel uuid NOT NULL,
  key text NOT NULL,
  plan uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, channel, key),
  FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['mapping_draft', 'plan', 'plan_line', 'plan_code', 'trial', 'decided_withdrawal'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_isolation ON %I TO raccord_app USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO raccord_app', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['plan', 'trial'] LOOP
    EXECUTE format('GRANT SELECT ON %I TO raccord_system', t);
    EXECUTE format('CREATE POLICY system_reads ON %I FOR SELECT TO raccord_system USING (true)', t);
  END LOOP;
END $$;
