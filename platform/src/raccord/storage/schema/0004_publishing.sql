-- What projecting keeps beside the bindings. Both are derived from the snapshot and can be made again from it.

CREATE TABLE item_code (             -- the items that a channel publishes, and their reference in its normal form
  tenant uuid NOT NULL,
  channel uuid NOT NULL,
  item text NOT NULL,
  product text NOT NULL,
  sku text NOT NULL,                      -- core.codes.normal_sku
  PRIMARY KEY (tenant, channel, item),
  FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE
);
CREATE INDEX item_code_sku ON item_code (tenant, channel, sku);
CREATE INDEX item_code_product ON item_code (tenant, channel, product);

CREATE TABLE kit_part (              -- what the ERP's kits are made of, to find the kits of a component
  tenant uuid NOT NULL,
  connection uuid NOT NULL,               -- the ERP
  kit text NOT NULL,
  item text NOT NULL,
  quantity numeric NOT NULL,
  PRIMARY KEY (tenant, connection, kit, item),
  FOREIGN KEY (tenant, connection) REFERENCES connection ON DELETE CASCADE
);
CREATE INDEX kit_part_item ON kit_part (tenant, connection, item);

CREATE INDEX run_running ON run (tenant, connection, stream) WHERE state = 'running';
CREATE INDEX to_project_order ON to_project (tenant, channel, stream, serial);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['item_code', 'kit_part'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_isolation ON %I TO raccord_app USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO raccord_app', t);
  END LOOP;
END $$;
