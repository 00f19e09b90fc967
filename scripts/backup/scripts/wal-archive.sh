#!/usr/bin/env bash
self=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${self%/*}/../lib.sh"

usage() {
  cat <<'END'
Usage: wal-archive.sh [-- OPTION…]           keeps the write-ahead log in the repository until it is interrupted: 'wal stream'
       wal-archive.sh FILE                   stores one file of it: 'wal push', for archive_command = '…/wal-archive.sh %p'
       wal-archive.sh --status [-- OPTION…]  what of it is stored, its gaps and its lag: 'wal status'
The first way needs no setting of the server beyond a role that may replicate.
END
}

status=no file=''
take_options "" "$@"
set -- "${words[@]}"
while [ $# -gt 0 ]; do
  case $1 in
    --status) status=yes ;;
    -*) unknown_option "$1" ;;
    *)
      [[ -z $file && -n $1 ]] || wrong_use "one file at a time"
      file=$1
      ;;
  esac
  shift
done
if [ $status = yes ] && [ -n "$file" ]; then wrong_use "--status takes no file"; fi
load_settings
if [ $status = yes ]; then
  run wal status "${passed[@]}"
elif [ -n "$file" ]; then
  run wal push "${passed[@]}" -- "$file"
else
  # In the place of this shell, so that signals reach it.
  exec "$holdfast" wal stream ${BACKUP_SOURCE:+"--source=$BACKUP_SOURCE"} "${passed[@]}"
fi
