#!/usr/bin/env bash
self=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${self%/*}/../lib.sh"

usage() {
  cat <<'END'
Usage: encrypted-backup.sh create [NAME]          a dump, in the repository and besides as one encrypted file storage/exports/NAME.tar.enc
       encrypted-backup.sh verify FILE            reads such a file wholly and sees that no byte was changed
       encrypted-backup.sh restore FILE OUTPUT    decrypts it: a tar with definitions and rows ('holdfast.sh import OUTPUT')
Every backup in the repository is encrypted anyway; these files are for handing over and for other places.
Their key is $BACKUP_FILE_KEY, a key file; default storage/encryption/file.key, which the first create makes. Keep a copy of it.
END
}

take_options "" "$@"
[ ${#passed[@]} -eq 0 ] || words+=("${passed[@]}")
set -- "${words[@]}"
[ $# -gt 0 ] || wrong_use "say what to do"
what=$1
shift
case $what in
  create) [ $# -le 1 ] || wrong_use "create wants one name at most" ;;
  verify) [ $# -eq 1 ] || wrong_use "verify wants one file" ;;
  restore) [ $# -eq 2 ] || wrong_use "restore wants a file and where it goes" ;;
  -*) unknown_option "$what" ;;
  *) wrong_use "nothing is called $what" ;;
esac
load_settings
key=${BACKUP_FILE_KEY:-$home/storage/encryption/file.key}
# Two keys at once are refused.
unset HOLDFAST_FILE_PASSPHRASE HOLDFAST_FILE_PASSPHRASE_FILE

case $what in
  create)
    name=${1:-backup_$(date -u +%Y%m%d_%H%M%S)}
    [[ $name =~ ^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$ ]] || wrong_use "a name has letters, digits, '.', '_' and '-' only"
    file=$home/storage/exports/$name.tar.enc
    [ ! -e "$file" ] || fail 2 "$file is there already"
    mkdir -p -- "${file%/*}" "${key%/*}"
    if [ ! -e "$key" ]; then "$BASH" "$scripts_root/scripts/backup-encryption.sh" generate-key "$key"; fi
    backup=$(run dump backup --json | sed -n 's/^  "id": "\(.*\)",$/\1/p')
    run export --format=portable "--key-file=$key" "--to=$file" -- "$backup"
    ;;
  verify)
    run decrypt --quiet --to=- "--key-file=$key" -- "$1" >/dev/null
    printf '%s\n' "every byte of $1 is as it was written"
    ;;
  restore) run decrypt "--to=$2" "--key-file=$key" -- "$1" ;;
esac
