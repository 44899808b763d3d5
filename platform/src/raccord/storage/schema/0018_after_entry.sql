-- The order as it was when its document was asked for: what changes in the shop afterwards is told from it.
ALTER TABLE sales_order ADD COLUMN entered json;           -- canonical.Order; null for orders entered before
-- The ERP was asked for this document by its key and has it no more, although no scan ever saw it.
ALTER TABLE sales_order ADD COLUMN document_gone_at timestamptz;
-- A scan has seen the document: what is not there any more was deleted. Of those entered before, there is nothing left to miss.
ALTER TABLE sales_order ADD COLUMN document_seen boolean NOT NULL DEFAULT true;
ALTER TABLE sales_order ALTER COLUMN document_seen SET DEFAULT false;
CREATE INDEX sales_order_unseen ON sales_order (tenant, integrated_at) WHERE state = 'integrated' AND NOT document_seen;

-- How far each line of an order is in the ERP, worked out anew whenever its document changes (core.order_progress).
CREATE TABLE order_progress (
  tenant uuid NOT NULL,
  sales_order uuid NOT NULL,
  line text NOT NULL,                     -- the shop's key; of what was added in the ERP: its article
  added boolean NOT NULL DEFAULT false,   -- in the ERP's document beyond the order
  item text NOT NULL,                     -- the ERP's
  title text NOT NULL DEFAULT '',         -- of what was added
  ordered numeric NOT NULL,
  kept numeric NOT NULL,                  -- still in the document, delivered or to be delivered
  delivered numeric NOT NULL DEFAULT 0,
  invoiced numeric NOT NULL DEFAULT 0,
  shipments json NOT NULL DEFAULT '{}',   -- key of the delivery → quantity
  invoices json NOT NULL DEFAULT '[]',    -- numbers
  net numeric NOT NULL DEFAULT 0,         -- of what was added, without tax
  PRIMARY KEY (tenant, sales_order, added, line),
  FOREIGN KEY (tenant, sales_order) REFERENCES sales_order ON DELETE CASCADE
);

-- What of an order that the ERP has waits for a person (core.order_holds); a row whose reason has gone goes with it.
CREATE TABLE order_hold (
  tenant uuid NOT NULL,
  sales_order uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('part_cancelled', 'added', 'edited', 'cancelled_in_shop', 'document_deleted')),
  state text NOT NULL CHECK (state IN ('open', 'decided')),
  print uuid NOT NULL,                    -- of the facts: when they change, it is asked anew
  facts json NOT NULL,                    -- core.order_holds.Facts
  problem json NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT now(),
  decision text,
  decided_lines json NOT NULL DEFAULT '{}',  -- order line → quantity that the shop was told to give up
  refunds json NOT NULL DEFAULT '[]',     -- canonical.RefundWish, all that were decided
  decided_at timestamptz,
  decided_by uuid,                        -- null: a rule
  PRIMARY KEY (tenant, sales_order, kind),
  FOREIGN KEY (tenant, sales_order) REFERENCES sales_order ON DELETE CASCADE
);
CREATE INDEX order_hold_open ON order_hold (tenant) WHERE state = 'open';

ALTER TABLE order_progress ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_progress FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON order_progress TO raccord_app
  USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON order_progress TO raccord_app;
GRANT SELECT ON order_progress TO raccord_system;
CREATE POLICY system_reads ON order_progress FOR SELECT TO raccord_system USING (true);

ALTER TABLE order_hold ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_hold FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON order_hold TO raccord_app
  USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON order_hold TO raccord_app;
GRANT SELECT ON order_hold TO raccord_system;
CREATE POLICY system_reads ON order_hold FOR SELECT TO raccord_system USING (true);
