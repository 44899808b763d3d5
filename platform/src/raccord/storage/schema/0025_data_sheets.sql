-- Data sheets and manuals have an address that stands on a product's page for as long as the file is named: whoever reads the
-- page may open it, nobody finds it by trying.
ALTER TABLE media_content ADD COLUMN token text;
ALTER TABLE media_content ADD COLUMN address text;
COMMENT ON COLUMN media_content.address IS 'the whole of it, as the web process that took the file is reached; ends with the token';
CREATE UNIQUE INDEX media_content_token ON media_content (tenant, token) WHERE token IS NOT NULL;
