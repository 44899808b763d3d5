-- What people decided on orders: why one was ignored, which cents were let go, and that a form sent twice is one decision.
CREATE TABLE order_decision (
  tenant uuid NOT NULL,
  sales_order uuid NOT NULL,
  once text NOT NULL,                     -- of the form, or the call, that was sent
  kind text NOT NULL,                     -- orders.decisions.Kind
  account uuid NOT NULL,
  reason text NOT NULL DEFAULT '',
  detail jsonb NOT NULL DEFAULT '{}',     -- orders.decisions.Detail
  decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant, sales_order, once),
  FOREIGN KEY (tenant, sales_order) REFERENCES sales_order ON DELETE CASCADE
);

-- Which article of the ERP a shop's article is in orders, where no binding says so: chosen by a person, and remembered.
CREATE TABLE article_link (
  tenant uuid NOT NULL,
  channel uuid NOT NULL,
  shop_item text NOT NULL,
  item text NOT NULL,                     -- the ERP's item key
  account uuid NOT NULL,
  chosen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, channel, shop_item),
  FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['order_decision', 'article_link'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_isolation ON %I TO raccord_app USING (tenant = current_tenant()) '
                   'WITH CHECK (tenant = current_tenant())', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO raccord_app', name);
    EXECUTE format('GRANT SELECT ON %I TO raccord_system', name);
    EXECUTE format('CREATE POLICY system_reads ON %I FOR SELECT TO raccord_system USING (true)', name);
  END LOOP;
END $$;

-- Since when an order does not get on: it is held, or tried again and again. Null for one that goes its way.
ALTER TABLE sales_order ADD COLUMN stuck_since timestamptz;
ALTER TABLE sales_order NO FORCE ROW LEVEL SECURITY;
UPDATE sales_order SET stuck_since = received_at WHERE state = 'held' OR (state IN ('waiting', 'entering') AND problem IS NOT NULL);
ALTER TABLE sales_order FORCE ROW LEVEL SECURITY;

-- The lists of orders by their amount, and of those that wait longest.
CREATE INDEX sales_order_amount ON sales_order (tenant, gross DESC, id DESC);
CREATE INDEX sales_order_stuck ON sales_order (tenant, stuck_since, id) WHERE stuck_since IS NOT NULL;
