#!/usr/bin/env bash
self=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${self%/*}/../lib.sh"

usage() {
  cat <<'END'
Usage: full-backup.sh [--test] [--kind=cluster|dump|both] [--schema-only] [-- OPTION…]
Makes a full backup: 'holdfast backup --type=full', or of the kind dump 'holdfast dump backup'.
  --test         See first whether everything is in order, and read the backup back at its end, whatever the store. The backup
                 is one like any other.
  --kind=KIND    cluster: the whole server, for recovery to any second (default). dump: the database of the URL, by a role that
                 only reads; the default where only SUPABASE_DB_URL is set. both. Also $BACKUP_KIND.
  --schema-only  A dump of definitions without rows.
  -- OPTION…     Further options of the holdfast command.
END
}

test=no kind='' schema_only=no
take_options "--kind" "$@"
set -- "${words[@]}"
while [ $# -gt 0 ]; do
  case $1 in
    --test) test=yes ;;
    --kind) kind=$2 && shift ;;
    --schema-only) schema_only=yes ;;
    -*) unknown_option "$1" ;;
    *) wrong_use "unexpected argument $1" ;;
  esac
  shift
done
load_settings
if [ $schema_only = yes ]; then
  case $kind in '' | dump) kind=dump passed=(--schema-only "${passed[@]}") ;; *) wrong_use "--schema-only goes with dumps only" ;; esac
fi
kind=$(choose_kind "$kind")
if [[ $kind = both && ${#passed[@]} -gt 0 ]]; then wrong_use "options of holdfast go with one kind: name it by --kind"; fi

if [ $test = yes ]; then
  # The doctor asks for replication, which a dump does not need.
  case $kind in dump) run check ;; *) run doctor ;; esac
  export HOLDFAST_VERIFY_AFTER_BACKUP=always
fi
case $kind in cluster | both) run backup --type=full "${passed[@]}" ;; esac
case $kind in dump | both) run dump backup "${passed[@]}" ;; esac
