-- Isolation: forced row-level security on every tenant's table, two roles without any way around it.
-- raccord_app serves requests and tasks inside one tenant; raccord_system reads across tenants where a policy below says so.

DO $$
DECLARE t text;
BEGIN
  FOR t IN SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables USING (table_schema, table_name)
           WHERE c.table_schema = 'public' AND c.column_name = 'tenant' AND table_type = 'BASE TABLE' LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_isolation ON %I TO raccord_app USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant())', t);
  END LOOP;
END $$;

ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON tenant TO raccord_app USING (id = current_tenant()) WITH CHECK (id = current_tenant());

GRANT USAGE ON SCHEMA public TO raccord_app, raccord_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO raccord_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO raccord_app;
REVOKE ALL ON migration FROM raccord_app;
REVOKE UPDATE, DELETE ON audit, journal FROM raccord_app;  -- what was written stays

-- What the system role may read across tenants. Each has its function in storage/system.py.
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['tenant', 'membership', 'partner_grant', 'connection', 'agent', 'enrolment_code', 'command',
                           'channel', 'to_project', 'binding', 'sales_order', 'brake', 'stream_state'] LOOP
    EXECUTE format('GRANT SELECT ON %I TO raccord_system', t);
    EXECUTE format('CREATE POLICY system_reads ON %I FOR SELECT TO raccord_system USING (true)', t);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON account, partner, partner_member, web_session, sign_in_attempt TO raccord_system;
