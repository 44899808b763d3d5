-- A signature that asked for a token is good once: whoever overhears it gains nothing by repeating it.

CREATE TABLE agent_nonce (
  tenant uuid NOT NULL,
  agent uuid NOT NULL,
  nonce text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),  -- kept a little longer than a signature is valid
  PRIMARY KEY (tenant, agent, nonce),
  FOREIGN KEY (tenant, agent) REFERENCES agent ON DELETE CASCADE
);

ALTER TABLE agent_nonce ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_nonce FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON agent_nonce TO raccord_app
  USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant());
GRANT SELECT, INSERT, DELETE ON agent_nonce TO raccord_app;
