"""The history of the schema, one file per step. Each runs a readable SQL file of `storage/schema` in one transaction."""
