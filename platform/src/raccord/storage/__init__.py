"""PostgreSQL: engine, tables, row-level security, migrations. The only package that knows Piccolo."""
