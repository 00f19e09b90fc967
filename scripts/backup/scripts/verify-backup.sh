#!/usr/bin/env bash
self=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${self%/*}/../lib.sh"

usage() {
  cat <<'END'
Usage: verify-backup.sh --latest | --file=BACKUP | BACKUP | --all [-- OPTION…]
Reads a backup back, every byte, with the WAL it needs: 'holdfast verify'. Exit status 4 if anything is damaged.
  --latest       The newest backup.
  --file=BACKUP  The backup of that name, as 'restore.sh --list' shows it. A backup of holdfast is no file of its own.
  --all          Everything in the repository.
  -- OPTION…     Further options of 'holdfast verify'.
END
}

backup='' all=no
choose() {
  [[ -z $backup && $all = no ]] || wrong_use "name one backup, or --latest, or --all"
  backup=$1
}
take_options "--file" "$@"
set -- "${words[@]}"
while [ $# -gt 0 ]; do
  case $1 in
    --latest) choose latest ;;
    --file)
      choose "$2"
      shift
      ;;
    --all)
      choose ''
      all=yes
      ;;
    -*) unknown_option "$1" ;;
    *) choose "$1" ;;
  esac
  shift
done
if [ $all = no ] && [ -z "$backup" ]; then wrong_use "say which backup: --latest, --file=BACKUP or --all"; fi
if [ -f "$backup" ]; then
  fail "$no_counterpart" "$backup is a file, and backups of holdfast are none" \
    "'holdfast.sh import FILE' makes a backup of a file of pg_dump, and reads all of it; then verify that"
fi
load_settings
if [ $all = yes ]; then run verify --all "${passed[@]}"; else run verify "${passed[@]}" -- "$backup"; fi
