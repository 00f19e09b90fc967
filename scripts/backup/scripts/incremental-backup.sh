#!/usr/bin/env bash
self=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${self%/*}/../lib.sh"

usage() {
  cat <<'END'
Usage: incremental-backup.sh [--kind=cluster|dump|both] [-- OPTION…]
Stores what changed since the backup before: 'holdfast backup --type=incremental', or of the kind dump 'holdfast dump backup',
which stores differences by itself. Either restores alone: no chain of backups has to be kept.
  --kind=KIND  As of full-backup.sh.
  -- OPTION…   Further options of the holdfast command.
END
}

kind=''
take_options "--kind" "$@"
set -- "${words[@]}"
while [ $# -gt 0 ]; do
  case $1 in
    --kind) kind=$2 && shift ;;
    -*) unknown_option "$1" ;;
    *) wrong_use "unexpected argument $1" ;;
  esac
  shift
done
load_settings
kind=$(choose_kind "$kind")
if [[ $kind = both && ${#passed[@]} -gt 0 ]]; then wrong_use "options of holdfast go with one kind: name it by --kind"; fi
case $kind in cluster | both) run backup --type=incremental "${passed[@]}" ;; esac
case $kind in dump | both) run dump backup "${passed[@]}" ;; esac
