#!/usr/bin/env bash
# Bring a backup back into an empty database and an empty folder: restore.sh BACKUP
#
# Reads DATABASE_URL, VAR_DIR and the keys of the service that made it; ends with the proof of the chain (exit 1
# where it does not hold). Everybody is signed out, because a session that was ended after the backup would live
# again; KEEP_SESSIONS=1 keeps them, for a planned move in which nothing happened after the backup.
#
# Mails that were waiting in the backup leave once a worker runs. For an exercise set EMAIL_URL='dummy://'.
set -euo pipefail
umask 077

backup=$(cd "${1:?usage: restore.sh BACKUP}" && pwd -P)
: "${DATABASE_URL:?Set DATABASE_URL}" "${VAR_DIR:?Set VAR_DIR}"
here=$(cd "$(dirname "$0")" && pwd -P)
python=${PYTHON:-$here/../.venv/bin/python}
database=$("$python" "$here/pg_environment.py")
eval "$database"

refuse() {
  echo "restore.sh: $1" >&2
  exit 1
}

(cd "$backup" && sha256sum --check --quiet SHA256SUMS) || refuse "The backup is not as it was made. Take another one."
tables=$(psql --no-psqlrc --quiet --tuples-only --no-align \
  --command="SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
[ "$tables" = 0 ] || refuse "The database has tables. Make an empty one and name it in DATABASE_URL."
for kind in files anchors; do
  [ -z "$(ls -A "$VAR_DIR/$kind" 2>/dev/null)" ] || refuse "$VAR_DIR/$kind is not empty. Name another folder in VAR_DIR."
done

pg_restore --exit-on-error --single-transaction --no-owner --no-privileges --dbname="$PGDATABASE" \
  "$backup/database.dump"
for kind in files anchors; do
  mkdir -p "$VAR_DIR/$kind"
  tar --extract --file="$backup/$kind.tar" --directory="$VAR_DIR/$kind"
done
if [ "${KEEP_SESSIONS:-0}" != 1 ]; then
  psql --no-psqlrc --quiet --command="DELETE FROM django_session"
fi

cd "$here/.."
export DATABASE_STATEMENT_TIMEOUT=0
"$python" manage.py migrate --verbosity 0
"$python" manage.py verify_audit
