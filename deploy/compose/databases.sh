#!/bin/sh
# PostgreSQL runs this once, when it makes its data folder: for each service, the vault and the
# registry a user and a database that no other user may enter.
set -e
while read -r name password; do
  psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -v name="$name" -v password="$password" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done < "${DATABASE_PASSWORDS:-/run/secrets/database-passwords}"
