-- The house: tenants, connections, what the ERP has, what the shop should have, orders, and what happened.
--
-- Every table with a column `tenant` is under forced row-level security (0002_isolation.sql). Keys and foreign keys start
-- with the tenant, so that no row can point into another tenant (foreign-key checks bypass row-level security),
-- and so that the tables can be distributed by tenant later.

CREATE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT NULLIF(current_setting('raccord.tenant', true), '')::uuid $$;  -- '' after its first use in a session

-- ---------------------------------------------------------------------------------------------- people

CREATE TABLE account (               -- a person; may belong to several tenants and partners
  id uuid PRIMARY KEY,
  email text NOT NULL,
  password_hash text NOT NULL,
  name text NOT NULL DEFAULT '',
  language text NOT NULL DEFAULT 'fr',
  created_at timestamptz NOT NULL DEFAULT now(),
  disabled_at timestamptz
);
CREATE UNIQUE INDEX account_email ON account (lower(email));

CREATE TABLE sign_in_attempt (       -- counted here so that the limit holds across web processes
  subject text NOT NULL,             -- 'email:…' or 'address:…'
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sign_in_attempt_subject ON sign_in_attempt (subject, at);

CREATE TABLE web_session (
  id text PRIMARY KEY,
  data bytea NOT NULL,
  expires_at timestamptz NOT NULL
);

CREATE TABLE partner (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE partner_member (
  partner uuid NOT NULL REFERENCES partner ON DELETE CASCADE,
  account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  PRIMARY KEY (partner, account)
);

CREATE TABLE tenant (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  language text NOT NULL DEFAULT 'fr',
  timezone text NOT NULL DEFAULT 'Europe/Paris',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE membership (
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  role text NOT NULL CHECK (role IN ('owner', 'manager', 'seller', 'reader')),
  PRIMARY KEY (tenant, account)
);
CREATE TABLE partner_grant (         -- access that a merchant gives to a partner, and can end
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  id uuid NOT NULL,
  partner uuid NOT NULL REFERENCES partner ON DELETE CASCADE,
  granted_by uuid REFERENCES account,
  granted_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  ended_at timestamptz,
  PRIMARY KEY (tenant, id)
);
CREATE TABLE audit (                 -- every sensitive act
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  id bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL DEFAULT now(),
  account uuid,
  act text NOT NULL,
  object text NOT NULL DEFAULT '',
  details jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant, id)
);

-- ------------------------------------------------------------------------------------------ connections

CREATE TABLE connection (            -- one configured system of a tenant
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL,
  connector text NOT NULL,
  side text NOT NULL CHECK (side IN ('erp', 'shop')),
  settings jsonb NOT NULL DEFAULT '{}',   -- of a shop, without its secrets; an ERP's stay in the agent
  secrets bytea,                          -- encrypted for this tenant (vault)
  state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'ready', 'problem', 'paused')),
  problem jsonb,                          -- contract.Problem
  discovery jsonb,                        -- contract.Discovery
  checked_at timestamptz,
  pace jsonb NOT NULL DEFAULT '{}',       -- what the rate limit has learned of this shop
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, id)
);

CREATE TABLE agent (
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  connection uuid NOT NULL,
  public_key bytea NOT NULL,
  host text NOT NULL DEFAULT '',
  system text NOT NULL DEFAULT '',
  version text NOT NULL DEFAULT '',
  enrolled_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz,
  last_delta bigint NOT NULL DEFAULT 0,   -- highest delta number taken
  configuration_version int NOT NULL DEFAULT 1,
  health jsonb NOT NULL DEFAULT '{}',     -- the last wire.Heartbeat
  revoked_at timestamptz,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, connection) REFERENCES connection ON DELETE CASCADE
);
CREATE UNIQUE INDEX agent_id ON agent (id);

CREATE TABLE enrolment_code (
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  connection uuid NOT NULL,
  code_hash bytea NOT NULL,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  agent uuid,                             -- who used it
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, connection) REFERENCES connection ON DELETE CASCADE
);
CREATE UNIQUE INDEX enrolment_code_hash ON enrolment_code (code_hash);

CREATE TABLE command (               -- one typed operation for the agent of a connection
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  connection uuid NOT NULL,
  verb text NOT NULL,
  body bytea NOT NULL,                    -- wire.Order, MessagePack
  once text,                              -- idempotency: one command with this mark per connection
  urgent boolean NOT NULL DEFAULT false,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'leased', 'done', 'failed')),
  leased_until timestamptz,
  attempts int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  done_at timestamptz,
  result bytea,                           -- wire.CommandResult, MessagePack
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, connection) REFERENCES connection ON DELETE CASCADE
);
CREATE UNIQUE INDEX command_once ON command (tenant, connection, once) WHERE once IS NOT NULL;
CREATE INDEX command_due ON command (tenant, connection, urgent DESC, created_at) WHERE state IN ('waiting', 'leased');

-- ------------------------------------------------------------------------------------ what a system has

CREATE TABLE stream_state (          -- of a connection: how far we have read, how many there are
  tenant uuid NOT NULL,
  connection uuid NOT NULL,
  stream text NOT NULL,
  records bigint NOT NULL DEFAULT 0,
  cursor text,                            -- of a shop's stream; an ERP's cursor stays in the agent
  emptied int NOT NULL DEFAULT 0,         -- > 0: a complete pass saw nothing although so many were known
  last_change_at timestamptz,
  last_scan_at timestamptz,
  last_complete_at timestamptz,
  problem jsonb,
  PRIMARY KEY (tenant, connection, stream),
  FOREIGN KEY (tenant, connection) REFERENCES connection ON DELETE CASCADE
);

CREATE TABLE snapshot (              -- last-seen records
  tenant uuid NOT NULL,
  connection uuid NOT NULL,
  stream text NOT NULL,
  key text NOT NULL,
  fingerprint uuid NOT NULL,              -- 128 bits
  data json NOT NULL,                     -- canonical encoding, byte for byte
  changed_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,                 -- gone from the ERP; kept to be undone and explained
  PRIMARY KEY (tenant, connection, stream, key)
);

CREATE TABLE held_record (           -- records that their connector could not express
  tenant uuid NOT NULL,
  connection uuid NOT NULL,
  stream text NOT NULL,
  key text NOT NULL,
  problem jsonb NOT NULL,
  since timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, connection, stream, key),
  FOREIGN KEY (tenant, connection) REFERENCES connection ON DELETE CASCADE
);

-- -------------------------------------------------------------------------------- what a shop should have

CREATE TABLE channel (               -- one ERP connection feeding one shop connection
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  erp uuid NOT NULL,
  shop uuid NOT NULL,
  state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'live', 'paused')),
  settings jsonb NOT NULL DEFAULT '{}',   -- core.channel.ChannelSettings
  orders_from timestamptz NOT NULL DEFAULT now(),  -- older orders are not collected
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, erp) REFERENCES connection (tenant, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant, shop) REFERENCES connection (tenant, id) ON DELETE CASCADE
);

CREATE TABLE mapping (               -- versioned set of rules for one stream of a channel
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  channel uuid NOT NULL,
  stream text NOT NULL,
  version int NOT NULL,
  rules jsonb NOT NULL,
  active boolean NOT NULL DEFAULT false,
  author uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, channel, stream, version),
  FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE
);

CREATE TABLE to_project (            -- ERP keys whose projection is older than their snapshot
  tenant uuid NOT NULL,
  channel uuid NOT NULL,
  stream text NOT NULL,                   -- of the shop: listings, availability, order_updates
  key text NOT NULL,
  since timestamptz NOT NULL DEFAULT now(),
  serial bigint GENERATED ALWAYS AS IDENTITY,  -- a mark renewed while it was worked on stays
  PRIMARY KEY (tenant, channel, stream, key),
  FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE
);

CREATE TABLE binding (               -- ERP key ↔ shop key in one channel; desired ≠ pushed is the to-do list
  tenant uuid NOT NULL,
  channel uuid NOT NULL,
  stream text NOT NULL,
  key text NOT NULL,
  target text,                            -- the shop's key
  targets jsonb NOT NULL DEFAULT '{}',    -- of its parts: item key → shop key
  desired json,                           -- the projection, canonical encoding
  desired_print uuid,
  desired_at timestamptz,
  pushed json,
  pushed_print uuid,
  pushed_at timestamptz,
  problem jsonb,                          -- why it is held or failed last
  held boolean NOT NULL DEFAULT false,    -- waits for a person
  brake uuid,                             -- waits for the decision on this brake
  attempts int NOT NULL DEFAULT 0,
  retry_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, channel, stream, key),
  FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE
);
CREATE INDEX binding_due ON binding (tenant, channel, stream, retry_at)
  WHERE desired_print IS DISTINCT FROM pushed_print AND NOT held AND brake IS NULL;
CREATE INDEX binding_target ON binding (tenant, channel, stream, target) WHERE target IS NOT NULL;
CREATE INDEX binding_waiting ON binding (tenant, channel, stream) WHERE held OR brake IS NOT NULL;

CREATE TABLE brake (                 -- a refusal to withdraw or change too much, until a person decides
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  connection uuid,
  channel uuid,
  stream text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('withdrawals', 'emptied')),
  concerned int NOT NULL,
  known int NOT NULL,
  raised_at timestamptz NOT NULL DEFAULT now(),
  decided_at timestamptz,
  decision text CHECK (decision IN ('go', 'dismissed', 'gone')),  -- gone: the records came back by themselves
  decided_by uuid,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX brake_open ON brake (tenant, coalesce(channel, connection), stream, kind) WHERE decided_at IS NULL;

-- -------------------------------------------------------------------------------------------------- orders

CREATE TABLE sales_order (
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  channel uuid NOT NULL,
  connection uuid NOT NULL,               -- the shop
  key text NOT NULL,                      -- the shop's
  number text NOT NULL,
  reference text NOT NULL,                -- canonical.Draft.key, kept in the ERP's document (core.reference)
  data json NOT NULL,                     -- canonical.Order
  fingerprint uuid NOT NULL,
  stage text NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'held', 'entering', 'integrated', 'ignored', 'cancelled')),
  problem jsonb,                          -- why it is held
  customer text,                          -- the ERP's key
  customer_reason text,                   -- how it was found
  draft json,                             -- canonical.Draft as asked of the ERP
  document text,                          -- key in the ERP's documents stream, once read back
  document_number text,
  gross numeric NOT NULL,
  currency text NOT NULL,
  placed_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  integrated_at timestamptz,
  attempts int NOT NULL DEFAULT 0,
  retry_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, connection, key),
  UNIQUE (tenant, reference),
  FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE
);
CREATE INDEX sales_order_due ON sales_order (tenant, retry_at) WHERE state IN ('waiting', 'entering');
CREATE INDEX sales_order_document ON sales_order (tenant, document) WHERE document IS NOT NULL;
CREATE INDEX sales_order_placed ON sales_order (tenant, placed_at DESC);

CREATE TABLE reservation (           -- sold in a shop, not yet in the ERP's stock
  tenant uuid NOT NULL,
  connection uuid NOT NULL,               -- the ERP
  sales_order uuid NOT NULL,
  line text NOT NULL,
  item text NOT NULL,                     -- the ERP's item key
  quantity numeric NOT NULL CHECK (quantity > 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  reflected_print uuid,                   -- the item's stock record as read after the ERP took the sale: once the snapshot
                                          -- is that record, the ERP's stock says it and the reservation ends
  ended_at timestamptz,
  ended_because text,
  PRIMARY KEY (tenant, sales_order, line),
  FOREIGN KEY (tenant, sales_order) REFERENCES sales_order ON DELETE CASCADE
);
CREATE INDEX reservation_open ON reservation (tenant, connection, item) WHERE ended_at IS NULL;

CREATE TABLE customer_link (         -- which ERP customer a shop's customer is, remembered
  tenant uuid NOT NULL,
  erp uuid NOT NULL,
  identity text NOT NULL,                 -- 'SHOP-CONNECTION:key' or 'email:…'
  customer text NOT NULL,
  reason text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, erp, identity),
  FOREIGN KEY (tenant, erp) REFERENCES connection (tenant, id) ON DELETE CASCADE
);

-- ------------------------------------------------------------------------------------------ what happened

CREATE TABLE run (                   -- one pass of one stream
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  connection uuid,
  channel uuid,
  stream text NOT NULL,
  direction text NOT NULL CHECK (direction IN ('ingest', 'publish', 'collect', 'enter')),
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'complete', 'partial', 'failed')),
  counts jsonb NOT NULL DEFAULT '{}',
  problem jsonb,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX run_recent ON run (tenant, started_at DESC);

CREATE TABLE journal (               -- what happened to which record, for the merchant's eyes
  tenant uuid NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL DEFAULT now(),
  connection uuid,
  channel uuid,
  stream text NOT NULL,
  key text NOT NULL,
  event text NOT NULL,                    -- journal.models.Event
  run uuid,
  before json,
  after json,
  problem jsonb,
  account uuid,                           -- who did it, when a person did
  took_ms int,                            -- from the ERP's change, or the shop's order, to here
  PRIMARY KEY (tenant, id)
);
CREATE INDEX journal_record ON journal (tenant, stream, key, id DESC);
CREATE INDEX journal_problem ON journal (tenant, id DESC) WHERE problem IS NOT NULL;
