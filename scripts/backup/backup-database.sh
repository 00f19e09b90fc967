#!/usr/bin/env bash
self=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${self%/*}/lib.sh"

usage() {
  cat <<'END'
Usage: backup-database.sh [full|incremental] [OPTION…]
The same as scripts/full-backup.sh and scripts/incremental-backup.sh, with their options.
END
}

case ${1:-full} in
  -h | --help)
    usage
    exit 0
    ;;
  full | incremental) ;;
  *) wrong_use "a backup is full or incremental, not $1" ;;
esac
kind=${1:-full}
[ $# -eq 0 ] || shift
exec "$BASH" "$scripts_root/scripts/$kind-backup.sh" "$@"
