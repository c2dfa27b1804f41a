#!/usr/bin/env bash
# A backup while everything runs: backup.sh FOLDER
#
# Makes FOLDER/lien-tinh-<UTC>/ with the database as of one moment, the files and the anchors that it names, and
# their checksums. Reads DATABASE_URL and VAR_DIR; keeps the newest KEEP backups (14; 0 keeps all).
set -euo pipefail
umask 077

folder=${1:?usage: backup.sh FOLDER}
: "${DATABASE_URL:?Set DATABASE_URL}" "${VAR_DIR:?Set VAR_DIR}"
here=$(cd "$(dirname "$0")" && pwd -P)
python=${PYTHON:-$here/../.venv/bin/python}
database=$("$python" "$here/pg_environment.py")
eval "$database"

name=lien-tinh-$(date -u +%Y%m%dT%H%M%SZ)
# What is interrupted never looks like a backup.
partial=$folder/.$name.partial
mkdir -p "$folder"
mkdir "$partial"
trap 'rm -rf -- "$partial"' EXIT

# The database first, as of one moment. A file is written before the row that names it is committed, and none is
# ever removed: what the dump names lies there when the dump is done.
pg_dump --format=custom --no-owner --no-privileges --file="$partial/database.dump"

# column TABLE COLUMN: the values in the dump.
column() {
  pg_restore --data-only --table="$1" --file=- "$partial/database.dump" | awk -F '\t' -v column="$2" '
    /^COPY / { inside = 1
               sub(/^[^(]*\(/, ""); sub(/\).*/, ""); count = split($0, names, ", ")
               for (place = 1; place <= count; place++) if (names[place] == column) wanted = place
               next }
    /^\\\.$/ { inside = 0 }
    inside   { print $wanted }'
}

# Only what the dump names: an upload of a moment later, or one that was turned away, is not of this backup.
column coordination_attachment file >"$partial/files.list"
column workflows_anchor id | while read -r id; do printf '%08d.json\n%08d.sig\n' "$id" "$id"; done \
  >"$partial/anchors.list"
for kind in files anchors; do
  mkdir -p "$VAR_DIR/$kind"
  tar --create --file="$partial/$kind.tar" --directory="$VAR_DIR/$kind" --files-from="$partial/$kind.list"
  rm "$partial/$kind.list"
done

(cd "$here/.." && pwd -P) >"$partial/RELEASE"
(cd "$partial" && sha256sum RELEASE database.dump files.tar anchors.tar >SHA256SUMS)
sync
mv "$partial" "$folder/$name"

keep=${KEEP:-14}
if [ "$keep" -gt 0 ]; then
  find "$folder" -maxdepth 1 -type d -name 'lien-tinh-*Z' | sort | head -n "-$keep" | while read -r old; do
    rm -rf -- "$old"
  done
fi
echo "$folder/$name"
