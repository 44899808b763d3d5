"""People: an account is a person, who may belong to several tenants and partners."""
