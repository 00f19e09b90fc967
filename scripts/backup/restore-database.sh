#!/usr/bin/env bash
self=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${self%/*}/lib.sh"

usage() {
  cat <<'END'
Usage: restore-database.sh BACKUP|latest [OPTION…]
The same as 'scripts/restore.sh --source=BACKUP', with its options; DRY_RUN=true says what would be done.
END
}

case ${1:-} in
  -h | --help)
    usage
    exit 0
    ;;
  '') wrong_use "which backup? 'scripts/restore.sh --list' shows them" ;;
  -*) unknown_option "$1" ;;
esac
backup=$1
shift
exec "$BASH" "$scripts_root/scripts/restore.sh" "--source=$backup" "$@"
