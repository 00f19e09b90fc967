#!/usr/bin/env bash
self=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${self%/*}/lib.sh"

usage() {
  cat <<'END'
Usage: holdfast.sh COMMAND [ARGUMENT…]
Any command of holdfast with the settings of these scripts (.env beside them): init, list, doctor, key kit, …
'holdfast.sh help' shows the commands.
END
}

if [ $# -eq 0 ] || [ "$1" = --help ] || [ "$1" = -h ]; then
  usage
  exit 0
fi
load_settings
if [ "$1" = help ]; then set -- --help; fi
exec "$holdfast" "$@"
