-- Requests of a day, where a system grants so many and no more: all workers count here, before each request.
CREATE TABLE call_quota (
  tenant uuid NOT NULL,
  connection uuid NOT NULL,
  day date NOT NULL,                      -- of the system's own zone
  orders int NOT NULL DEFAULT 0,
  stock int NOT NULL DEFAULT 0,
  catalogue int NOT NULL DEFAULT 0,
  refused_at timestamptz,                 -- the system itself said that the day is used up
  PRIMARY KEY (tenant, connection, day),
  FOREIGN KEY (tenant, connection) REFERENCES connection ON DELETE CASCADE
);
ALTER TABLE call_quota ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_quota FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON call_quota TO raccord_app USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON call_quota TO raccord_app;
