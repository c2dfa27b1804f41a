#!/usr/bin/env bash
# Bring a new release into service while people work: upgrade.sh RELEASE [--contract]
#
# RELEASE is a folder in which `make ready` has run. Run it as root with the service's environment
# (deploy/upgrade.md). The running release goes on through the migrations, so these may only add; what removes comes
# with a later release, with --contract, once no process runs the code that needs it.
#
# LIEN_TINH_HOME holds the link `current` (/opt/lien-tinh); BACKUPS is where a backup goes first (/var/backups/
# lien-tinh; empty for none); RUN_AS is who runs manage.py (`runuser -u lien-tinh --`).
set -euo pipefail

release=$(cd "${1:?usage: upgrade.sh RELEASE [--contract]}" && pwd -P)
home=${LIEN_TINH_HOME:-/opt/lien-tinh}
backups=${BACKUPS-/var/backups/lien-tinh}
read -r -a run_as <<<"${RUN_AS-runuser -u lien-tinh --}"
before=$(readlink "$home/current")

say() { echo "upgrade: $1"; }
manage() { (cd "$release" && ${run_as[@]+"${run_as[@]}"} .venv/bin/python manage.py "$@"); }
switch_to() {
  ln -sfn "$1" "$home/current.new"
  mv -T "$home/current.new" "$home/current"
}
units() { systemctl list-units --plain --no-legend "$1" | awk '{ print $1 }'; }

say "checking $release"
manage check --database default --fail-level ERROR
if [ "${2:-}" != --contract ]; then
  manage check_upgrade
fi

if [ -n "$backups" ]; then
  say "backup: $(${run_as[@]+"${run_as[@]}"} "$release/deploy/backup.sh" "$backups")"
fi

say "static files"
manage collectstatic --noinput --verbosity 0

# A table that is busy is asked for again: whoever queued for it behind us would wait as long as we do.
say "migrations"
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  if DATABASE_LOCK_TIMEOUT=${LOCK_SECONDS:-3} DATABASE_STATEMENT_TIMEOUT=0 manage migrate --verbosity 0; then
    break
  elif [ "$attempt" = 10 ]; then
    say "the migrations did not go through; the running release goes on"
    exit 1
  fi
  sleep 2
done

web=$(units 'lien-tinh-web@*.service')
switch_to "$release"
for unit in $web; do
  # Its pages are told to connect again (1012), what it is doing is finished, and whoever comes meanwhile waits at
  # the socket that systemd holds.
  say "$unit"
  if ! systemctl restart "$unit"; then
    say "$unit does not start with the new release: back to $before"
    switch_to "$before"
    for again in $web; do systemctl restart "$again"; done
    exit 1
  fi
done
for unit in $(units 'lien-tinh-worker@*.service') $(units lien-tinh-beat.service); do
  say "$unit"
  systemctl restart "$unit"
done
say "done: $release"
