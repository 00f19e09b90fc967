#!/usr/bin/env bash
self=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${self%/*}/../lib.sh"

usage() {
  cat <<'END'
Usage: backup-encryption.sh generate-key FILE            a new key file for its owner only; what is there stays
       backup-encryption.sh rotate-keys OLD NEW          'holdfast key rotate': new data keys, and the key in NEW (made if it is
                                                         not there) opens the repository in place of that in OLD
       backup-encryption.sh encrypt INPUT OUTPUT KEY     'holdfast encrypt': one file, AES-256-GCM
       backup-encryption.sh decrypt INPUT OUTPUT KEY     'holdfast decrypt'; also what 'openssl enc' made
KEY is a file with 64 hexadecimal digits (for files of openssl: the one that was given to -pass file:). OUTPUT must not exist.
END
}

take_options "" "$@"
[ ${#passed[@]} -eq 0 ] || words+=("${passed[@]}")
set -- "${words[@]}"
[ $# -gt 0 ] || wrong_use "say what to do"
what=$1
shift
case $what in
  generate-key) wanted=1 ;;
  rotate-keys) wanted=2 ;;
  encrypt | decrypt) wanted=3 ;;
  -*) unknown_option "$what" ;;
  *) wrong_use "nothing is called $what" ;;
esac
[ $# -eq $wanted ] || wrong_use "$what wants $wanted file(s), not $#"
for file; do
  [[ -n $file && $file != - ]] || wrong_use "an empty name, or -, is no file here"
done

case $what in
  generate-key)
    # A file that is there, or a link, is not written through.
    set -o noclobber
    key=$(od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n')
    [[ $key =~ ^[0-9a-f]{64}$ ]] || fail 3 "/dev/urandom gave no 32 bytes"
    { printf '%s\n' "$key" >"$1"; } 2>/dev/null || fail 2 "cannot make $1" "it must not exist, and its directory must"
    say "made $1: keep a copy of it elsewhere, for what is encrypted with it opens with nothing else"
    ;;
  rotate-keys)
    [ -r "$1" ] || fail 2 "cannot read the key file $1"
    load_settings
    unset BACKUP_ENCRYPTION_KEY BACKUP_ENCRYPTION_KEY_FILE BACKUP_PASSPHRASE BACKUP_PASSPHRASE_FILE
    unset BACKUP_ENCRYPTION_SECRET BACKUP_ENCRYPTION_SECRET_FILE
    export BACKUP_KEY_FILE=$1
    run key rotate "--new-key-file=$2"
    say "from now on the settings must name the new key: BACKUP_KEY_FILE=$(readlink -f -- "$2")"
    ;;
  encrypt)
    load_settings
    run encrypt "--to=$2" "--key-file=$3" -- "$1"
    ;;
  decrypt)
    load_settings
    run decrypt "--to=$2" "--key-file=$3" -- "$1"
    ;;
esac
