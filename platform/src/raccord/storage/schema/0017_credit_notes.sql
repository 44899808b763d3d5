-- Credit notes that the ERP was asked to write for an order's refunds. What is wanted is worked out anew each time
-- (core.refund_plan); this remembers what became of the asking.
CREATE TABLE order_credit (
  tenant uuid NOT NULL,
  sales_order uuid NOT NULL,
  refund text NOT NULL,                   -- the shop's key
  state text NOT NULL CHECK (state IN ('asked', 'waiting', 'held', 'entered')),  -- waiting: tried again by itself
  key text,                               -- the credit note's reference, kept in the ERP
  draft json,                             -- canonical.Draft as asked; null where it cannot be asked for
  document json,                          -- canonical.Document as read back
  attempts int NOT NULL DEFAULT 0,
  retry_at timestamptz NOT NULL DEFAULT now(),
  problem json,
  entered_at timestamptz,
  PRIMARY KEY (tenant, sales_order, refund),
  FOREIGN KEY (tenant, sales_order) REFERENCES sales_order ON DELETE CASCADE
);
CREATE INDEX order_credit_due ON order_credit (tenant, retry_at) WHERE state <> 'entered';
CREATE INDEX order_credit_key ON order_credit (tenant, key);

-- Refunds of orders that were there before were credited by the accountant, if at all: made by us as well they would be there twice.
ALTER TABLE sales_order ADD COLUMN credits_by_hand boolean NOT NULL DEFAULT true;
ALTER TABLE sales_order ALTER COLUMN credits_by_hand SET DEFAULT false;

-- The last comparison of an invoiced order's money in the ERP with the shop's (core.balance).
CREATE TABLE order_balance (
  tenant uuid NOT NULL,
  sales_order uuid NOT NULL,
  print uuid NOT NULL,                    -- of what was compared: it is read anew when that changes
  balance json,                           -- core.balance.Balance; null until the documents were read
  attempts int NOT NULL DEFAULT 0,
  retry_at timestamptz NOT NULL DEFAULT now(),
  problem json,
  checked_at timestamptz,
  PRIMARY KEY (tenant, sales_order),
  FOREIGN KEY (tenant, sales_order) REFERENCES sales_order ON DELETE CASCADE
);
CREATE INDEX order_balance_due ON order_balance (tenant, retry_at) WHERE checked_at IS NULL;

ALTER TABLE order_credit ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_credit FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON order_credit TO raccord_app
  USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON order_credit TO raccord_app;
GRANT SELECT ON order_credit TO raccord_system;
CREATE POLICY system_reads ON order_credit FOR SELECT TO raccord_system USING (true);

ALTER TABLE order_balance ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_balance FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON order_balance TO raccord_app
  USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON order_balance TO raccord_app;
GRANT SELECT ON order_balance TO raccord_system;
CREATE POLICY system_reads ON order_balance FOR SELECT TO raccord_system USING (true);
