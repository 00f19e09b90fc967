#!/usr/bin/env bash
self=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${self%/*}/../lib.sh"

usage() {
  cat <<'END'
Usage: restore.sh --list
       restore.sh [--type=full] [--source=BACKUP] [--kind=cluster|dump] [--to=DIR] [--dry-run] [-- OPTION…]
       restore.sh --type=pitr --timestamp=TIME [--time-zone=ZONE] [--source=BACKUP] [--to=DIR] [--dry-run] [-- OPTION…]
       restore.sh --type=table --table=NAME… [--source=BACKUP] [--dry-run] [-- OPTION…]
       restore.sh --test [--type=… as above] [--source=BACKUP]
Nothing that is there is dropped or overwritten: a cluster comes into a new directory, ready to be started, a dump into an empty
database, a table into a database that does not have it.
  --source=BACKUP   latest (default), or a name that --list shows.
  --type=full       A backup of a cluster: 'holdfast restore'. A dump: 'holdfast dump restore'.
  --type=pitr       The cluster as it was at a moment: 'holdfast restore --target-time'.
  --timestamp=TIME  '2024-01-01 12:00:00+01:00'. Without a zone it is taken in --time-zone, else in UTC.
  --type=table      Tables of a dump, by --table=NAME or --table=SCHEMA.NAME, each with its rows, indexes and privileges.
  --to=DIR          Where a cluster goes. Default: a new directory in restored.
  --kind=KIND       Which newest backup 'latest' is. Default: as of full-backup.sh, and cluster where it makes both.
  --test            A cluster: 'holdfast test-restore' restores, starts, recovers, checks and removes it again. A dump is restored
                    into the empty database of $TEST_DATABASE_URL.
  --dry-run         Say what would be done, and do nothing; so does DRY_RUN=true. Of a dump: say what is in it.
  -- OPTION…        Further options of the holdfast command, such as --clean and --confirm=DATABASE of 'dump restore'.
Dumps go into the database of $RESTORE_DATABASE_URL, else into that of the source. Passwords never become arguments.
END
}

type=full backup=latest timestamp='' zone='' kind='' to='' list=no test=no dry_run=no tables=()
case ${DRY_RUN:-} in true | 1 | yes) dry_run=yes ;; '' | false | 0 | no) ;; *) wrong_use "DRY_RUN is true or false" ;; esac
take_options "--type --source --timestamp --time-zone --table --to --kind" "$@"
set -- "${words[@]}"
while [ $# -gt 0 ]; do
  case $1 in
    --list) list=yes ;;
    --test) test=yes ;;
    --dry-run) dry_run=yes ;;
    --type) type=$2 && shift ;;
    --source) backup=$2 && shift ;;
    --timestamp) timestamp=$2 && shift ;;
    --time-zone) zone=$2 && shift ;;
    --table) tables+=("--table=$2") && shift ;;
    --to) to=$2 && shift ;;
    --kind) kind=$2 && shift ;;
    -*) unknown_option "$1" ;;
    *) wrong_use "unexpected argument $1; a backup is named by --source=BACKUP" ;;
  esac
  shift
done

# What goes together, before anything is opened.
case $type in
  full) ;;
  pitr)
    [ -n "$timestamp" ] || wrong_use "--type=pitr wants --timestamp=TIME"
    [ "$kind" != dump ] || wrong_use "a dump is of one moment: --type=pitr needs backups of the kind cluster"
    kind=cluster
    ;;
  table)
    [ ${#tables[@]} -gt 0 ] || wrong_use "--type=table wants --table=NAME"
    [ "$kind" != cluster ] || wrong_use "--type=table needs a dump: of a cluster everything is restored"
    kind=dump
    ;;
  schema)
    fail "$no_counterpart" "no definitions are taken out of a backup with rows" \
      "a backup of 'full-backup.sh --schema-only' has definitions only: restore it by --type=full --source=BACKUP"
    ;;
  *) wrong_use "a type is full, pitr or table, not $type" ;;
esac
if [[ $type != pitr && -n $timestamp$zone ]]; then wrong_use "--timestamp and --time-zone go with --type=pitr"; fi
if [[ $type != table && ${#tables[@]} -gt 0 ]]; then wrong_use "--table goes with --type=table"; fi
if [[ $test = yes && $dry_run = yes ]]; then wrong_use "--test and --dry-run do not go together"; fi
if [[ $test = yes && -n $to ]]; then wrong_use "--test finds its own place, without --to"; fi
load_settings
if [ $list = yes ]; then
  run list "${passed[@]}"
  exit
fi

# The kind of a named backup stands in it; of the newest one somebody has to say it.
if [ "$backup" != latest ]; then
  found=$(run show --json --quiet -- "$backup") || exit
  case $(sed -n 's/^  "kind": "\(.*\)",$/\1/p' <<<"$found") in
    physical) found=cluster ;;
    dump) found=dump ;;
    *) fail 2 "$backup is no backup of a cluster or of databases" "files and tenants: 'holdfast.sh files restore', 'holdfast.sh tenant restore'" ;;
  esac
  if [[ -n $kind && $kind != "$found" ]]; then wrong_use "$backup is of the kind $found, not $kind"; fi
  kind=$found
elif [[ -z $kind && -n $to ]]; then
  kind=cluster
fi
kind=$(choose_kind "$kind")
if [ "$kind" = both ]; then kind=cluster; fi

restore_cluster() {
  local options=()
  if [ -n "$timestamp" ]; then
    if [[ -z $zone && ! $timestamp =~ (:[0-9.]+[+-][0-9:]+|[A-Za-z])$ ]]; then
      say "$timestamp names no zone and is taken as UTC (--time-zone=ZONE)"
    fi
    # Counts only where the time has none of its own.
    options+=("--target-time=$timestamp" "--time-zone=${zone:-UTC}")
  fi
  if [ $test = yes ]; then
    run test-restore "${options[@]}" "${passed[@]}" -- "$backup"
    return
  fi
  if [ -z "$to" ]; then
    to=$home/restored/$(date -u +%Y-%m-%dT%H-%M-%SZ)
    # The server's user must get there; the directory itself stays closed.
    if [ $dry_run = no ]; then (umask 022 && mkdir -p -- "${to%/*}"); fi
    say "restoring into $to"
  fi
  if [ $dry_run = yes ]; then options+=(--dry-run); fi
  run restore "--to=$to" "${options[@]}" "${passed[@]}" -- "$backup"
}

restore_dump() {
  local target=${RESTORE_DATABASE_URL:-${DATABASE_URL:-${POSTGRES_URL:-}}}
  [ -z "$to" ] || wrong_use "--to is for clusters; a dump goes into the database of RESTORE_DATABASE_URL"
  if [ $dry_run = yes ]; then
    say "nothing is restored, and the target is not looked at; the dump has:"
    run dump list -- "$backup"
    return
  fi
  if [ $test = yes ]; then
    [ -n "${TEST_DATABASE_URL:-}" ] ||
      fail 2 "a dump is tested by restoring it, and TEST_DATABASE_URL is not set" "name an empty database of a server where that may be done"
    target=$TEST_DATABASE_URL
  fi
  [ -n "$target" ] || fail 2 "no database to restore into" "set RESTORE_DATABASE_URL"
  without_password "$target"
  run dump restore "--url=$url" "${tables[@]}" "${passed[@]}" -- "$backup"
}

case $kind in cluster) restore_cluster ;; dump) restore_dump ;; esac
