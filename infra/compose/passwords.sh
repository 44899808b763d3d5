#!/bin/sh
# Runs once, after roles.sql, inside the container of PostgreSQL.
set -eu
psql --username postgres --set ON_ERROR_STOP=1 \
  --set owner="$OWNER_PASSWORD" --set app="$APP_PASSWORD" --set system="$SYSTEM_PASSWORD" <<'SQL'
ALTER ROLE raccord_owner PASSWORD :'owner';
ALTER ROLE raccord_app PASSWORD :'app';
ALTER ROLE raccord_system PASSWORD :'system';
SQL
