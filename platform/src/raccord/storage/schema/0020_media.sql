-- Pictures and documents: which files the ERP's articles name, their contents in the object store, what was made of them for the
-- shops, and what the shops have of ours.

CREATE TABLE media_file (                -- as the agent told it, in the order in which it is to be shown
  tenant uuid NOT NULL,
  connection uuid NOT NULL,
  product text NOT NULL,
  place int NOT NULL,
  owner text NOT NULL DEFAULT '',         -- key of the variant that it shows; empty for the article
  name text NOT NULL,                     -- as the merchant knows it
  kind text NOT NULL CHECK (kind IN ('picture', 'document')),
  title text NOT NULL DEFAULT '',
  sha256 bytea,                           -- null: there is no content, and `problem` says why
  size bigint NOT NULL DEFAULT 0,
  problem json,
  told_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, connection, product, place),
  FOREIGN KEY (tenant, connection) REFERENCES connection ON DELETE CASCADE
);
CREATE INDEX media_file_content ON media_file (tenant, sha256);
CREATE INDEX media_file_problem ON media_file (tenant, connection) WHERE problem IS NOT NULL;

CREATE TABLE media_content (             -- each distinct content once, whatever its names
  tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  sha256 bytea NOT NULL,
  size bigint NOT NULL,
  content_type text NOT NULL DEFAULT '',
  state text NOT NULL CHECK (state IN ('lacking', 'stored', 'gone')),  -- gone: its object is being deleted
  upload text,                            -- of an upload in parts that is under way
  told_at timestamptz NOT NULL DEFAULT now(),
  stored_at timestamptz,
  unused_since timestamptz,
  PRIMARY KEY (tenant, sha256)
);

CREATE TABLE media_derivative (          -- made once per content and recipe (core.pictures.Recipe.name)
  tenant uuid NOT NULL,
  sha256 bytea NOT NULL,
  recipe text NOT NULL,
  state text NOT NULL CHECK (state IN ('due', 'made', 'refused')),
  attempts int NOT NULL DEFAULT 0,
  retry_at timestamptz NOT NULL DEFAULT now(),
  problem json,                           -- contract.Message: why it was refused
  key text,                               -- in the object store
  digest text,                            -- of what was made, hexadecimal
  size bigint,
  width int,
  height int,
  made_at timestamptz,
  PRIMARY KEY (tenant, sha256, recipe),
  FOREIGN KEY (tenant, sha256) REFERENCES media_content ON DELETE CASCADE
);
CREATE INDEX media_derivative_due ON media_derivative (tenant, retry_at) WHERE state = 'due';

CREATE TABLE shop_media (                -- pictures of ours in a shop's library, by the shop's own id
  tenant uuid NOT NULL,
  connection uuid NOT NULL,
  digest text NOT NULL,
  remote text NOT NULL,
  since timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, connection, digest),
  FOREIGN KEY (tenant, connection) REFERENCES connection ON DELETE CASCADE
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['media_file', 'media_content', 'media_derivative', 'shop_media'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_isolation ON %I TO raccord_app '
                   'USING (tenant = current_tenant()) WITH CHECK (tenant = current_tenant())', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO raccord_app', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['media_content', 'media_derivative'] LOOP
    EXECUTE format('GRANT SELECT ON %I TO raccord_system', name);
    EXECUTE format('CREATE POLICY system_reads ON %I FOR SELECT TO raccord_system USING (true)', name);
  END LOOP;
END $$;
