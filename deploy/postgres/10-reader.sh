#!/bin/sh
# Run once, when the database is made: a role that reads and changes nothing, for Grafana.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
     --set password="$(cat /run/secrets/reader_password)" <<'SQL'
CREATE EXTENSION IF NOT EXISTS timescaledb; -- deploy/shore/shore.toml requires it
CREATE ROLE reader LOGIN PASSWORD :'password';
GRANT pg_read_all_data TO reader;
ALTER ROLE reader SET default_transaction_read_only = on;
ALTER ROLE reader SET statement_timeout = '20s';
SQL
