-- An account of a channel's shop (or a guest who bought for a company) and the ERP's customer that it is: what was brought from one to
-- the other, and what of it is on its way. What the shop is to show of the customer stands in `binding`, stream `customers`.
CREATE TABLE customer_account (
  tenant uuid NOT NULL,
  channel uuid NOT NULL,
  account text NOT NULL,                  -- the shop's key; 'email:…' of a guest
  customer text NOT NULL,                 -- the ERP's key
  reason text NOT NULL,                   -- how it was recognised
  further boolean NOT NULL DEFAULT false, -- one more person of that customer: written among its contacts
  record json,                            -- canonical.Customer from an order; of those that no reading of the shop brings
  told json,                              -- the account as it was last brought to the ERP
  entered json,                           -- the ERP's record as read back after that
  before json,                            -- the ERP's record from which the last write started, until a scan has brought a newer one
  trying json,                            -- the account as it is being brought
  wanted json,                            -- canonical.CustomerDraft, as asked of the ERP
  state text NOT NULL DEFAULT 'settled' CHECK (state IN ('settled', 'asked', 'waiting', 'held')),
  problem jsonb,                          -- why it waits or is held
  attempts int NOT NULL DEFAULT 0,        -- grows with every write that is asked: each has its own mark
  retry_at timestamptz NOT NULL DEFAULT now(),
  linked_at timestamptz NOT NULL DEFAULT now(),
  changed_at timestamptz,                 -- when something was last brought to the ERP
  PRIMARY KEY (tenant, channel, account),
  FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE
);
CREATE INDEX customer_account_customer ON customer_account (tenant, channel, customer);
CREATE INDEX customer_account_due ON customer_account (tenant, retry_at) WHERE state IN ('asked', 'waiting');
CREATE INDEX customer_account_held ON customer_account (tenant) WHERE state = 'held';

ALTER TABLE customer_account ENABLE ROW LEVEL SECURITY;
ALTER TABLE customer_account FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON customer_account TO raccord_app
  USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON customer_account TO raccord_app;
GRANT SELECT ON customer_account TO raccord_system;
CREATE POLICY system_reads ON customer_account FOR SELECT TO raccord_system USING (true);
