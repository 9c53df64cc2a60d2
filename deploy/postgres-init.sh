#!/bin/sh
# Run by the PostgreSQL image when the data folder is new: the sigchain's own role and database, which kez cannot open
# and which cannot open kez's.
set -eu
password=$(cat /run/secrets/sigchain_password)
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --set "password=$password" <<'SQL'
CREATE ROLE sigchain LOGIN PASSWORD :'password';
CREATE DATABASE sigchain OWNER sigchain;
REVOKE CONNECT ON DATABASE sigchain FROM PUBLIC;
REVOKE CONNECT ON DATABASE kez FROM PUBLIC;
SQL
