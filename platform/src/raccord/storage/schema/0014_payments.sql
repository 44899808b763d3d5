-- What the ERP was asked to enter of an order's money, and what it was read back to have. What is wanted is worked out anew
-- each time (core.payment_plan); this remembers what became of the asking.
CREATE TABLE order_payment (
  tenant uuid NOT NULL,
  sales_order uuid NOT NULL,
  key text NOT NULL,                      -- of the entry, kept in the ERP too
  state text NOT NULL CHECK (state IN ('asked', 'waiting', 'held', 'entered')),  -- waiting: tried again by itself
  entry json,                             -- as asked; once entered, as read back. Null where it cannot be asked for
  attempts int NOT NULL DEFAULT 0,
  retry_at timestamptz NOT NULL DEFAULT now(),
  problem json,
  entered_at timestamptz,
  PRIMARY KEY (tenant, sales_order, key),
  FOREIGN KEY (tenant, sales_order) REFERENCES sales_order ON DELETE CASCADE
);
CREATE INDEX order_payment_due ON order_payment (tenant, retry_at) WHERE state <> 'entered';

ALTER TABLE order_payment ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_payment FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON order_payment TO raccord_app
  USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON order_payment TO raccord_app;
GRANT SELECT ON order_payment TO raccord_system;
CREATE POLICY system_reads ON order_payment FOR SELECT TO raccord_system USING (true);
