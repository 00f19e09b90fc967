#!/usr/bin/env bash
self=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${self%/*}/../lib.sh"

usage() {
  cat <<'END'
Usage: test-encryption.sh [key-generation|file-encryption|backup-creation|key-rotation|performance]
Tries encryption in a throw-away directory with throw-away keys; touches nothing of yours. Without a name all of it.
END
}

take_options "" "$@"
[ ${#passed[@]} -eq 0 ] || wrong_use "unexpected argument ${passed[0]}"
case ${words[0]:-} in -*) unknown_option "${words[0]}" ;; esac
[ ${#words[@]} -le 1 ] || wrong_use "one test at a time, or all"
load_settings
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
# Nothing of the user's settings: neither repository nor key nor configuration.
for name in $(compgen -e); do
  case $name in BACKUP_* | HOLDFAST_* | DATABASE_URL* | POSTGRES_URL* | DIRECT_URL* | SUPABASE_*) unset "$name" ;; esac
done
: >"$work/holdfast.yaml"
export HOLDFAST_CONFIG=$work/holdfast.yaml BACKUP_DIR=$work/repository BACKUP_KEY_FILE=$work/repository.key
encryption=$scripts_root/scripts/backup-encryption.sh

wrong() {
  say "FAILED: $1"
  exit 1
}
quietly() { "$@" >"$work/said" 2>&1 || wrong "$* ended with status $?: $(tail -n 2 "$work/said")"; }
# refused STATUS COMMAND…
refused() {
  local wanted=$1 status=0
  shift
  "$@" >"$work/said" 2>&1 || status=$?
  [ $status -eq "$wanted" ] || wrong "$* ended with status $status, not $wanted"
}
new_key() { [ -e "$1" ] || quietly "$BASH" "$encryption" generate-key "$1"; }
# An opaque file that does not compress, and one word in it that can be looked for.
new_file() {
  head -c "$2" /dev/urandom >"$1"
  printf 'the needle in it' >>"$1"
}
# Writes another byte in the middle of a file.
change() {
  local size middle byte
  size=$(stat -c %s -- "$1")
  middle=$((size / 2))
  byte=$(od -An -v -tu1 -j $middle -N 1 -- "$1" | tr -d ' ')
  # shellcheck disable=SC2059 # the format is the byte
  printf "\\x$(printf '%02x' $((byte ^ 1)))" | dd of="$1" bs=1 seek=$middle conv=notrunc status=none
}
new_repository() {
  [ ! -e "$work/repository" ] || return 0
  mkdir "$work/files"
  new_file "$work/files/one" 300000
  quietly "$holdfast" init
  quietly "$holdfast" files backup "$work/files"
}

test_key_generation() {
  new_key "$work/a.key"
  new_key "$work/b.key"
  grep -qE '^[0-9a-f]{64}$' "$work/a.key" || wrong "a key is not 64 hexadecimal digits"
  [ "$(stat -c %a "$work/a.key")" = 600 ] || wrong "others may read a key file"
  if cmp -s "$work/a.key" "$work/b.key"; then wrong "two keys are the same"; fi
  refused 2 "$BASH" "$encryption" generate-key "$work/a.key"
}

test_file_encryption() {
  new_key "$work/a.key"
  new_key "$work/b.key"
  new_file "$work/plain" 200000
  quietly "$BASH" "$encryption" encrypt "$work/plain" "$work/sealed" "$work/a.key"
  if grep -q needle "$work/sealed"; then wrong "the encrypted file shows what is in it"; fi
  quietly "$BASH" "$encryption" decrypt "$work/sealed" "$work/opened" "$work/a.key"
  cmp -s "$work/plain" "$work/opened" || wrong "what was decrypted is something else"
  refused 2 "$BASH" "$encryption" decrypt "$work/sealed" "$work/none" "$work/b.key"
  change "$work/sealed"
  refused 4 "$BASH" "$encryption" decrypt "$work/sealed" "$work/none" "$work/a.key"
  [ ! -e "$work/none" ] || wrong "a changed file was decrypted"
}

test_backup_creation() {
  new_repository
  if grep -rq needle "$work/repository"; then wrong "the repository shows what is in it"; fi
  quietly "$holdfast" verify --all
  new_key "$work/a.key"
  BACKUP_KEY_FILE=$work/a.key refused 2 "$holdfast" list
}

test_key_rotation() {
  new_repository
  cp "$work/repository.key" "$work/old.key"
  quietly "$BASH" "$encryption" rotate-keys "$work/old.key" "$work/new.key"
  BACKUP_KEY_FILE=$work/old.key refused 2 "$holdfast" list
  cp "$work/new.key" "$work/repository.key"
  quietly "$holdfast" verify --all
  quietly "$holdfast" files restore latest --to "$work/restored"
  find "$work/restored" -type f -name one -exec cmp -s {} "$work/files/one" \; -print | grep -q one ||
    wrong "what was backed up under the old key does not come back"
}

test_performance() {
  local from to
  new_key "$work/a.key"
  new_file "$work/large" $((64 * 1024 * 1024))
  from=$(date +%s%N)
  quietly "$BASH" "$encryption" encrypt "$work/large" "$work/large.enc" "$work/a.key"
  to=$(date +%s%N)
  say "  64 MiB encrypted in $(((to - from) / 1000000)) ms, with the start of the program"
}

try() {
  "test_${1//-/_}"
  printf 'passed %s\n' "$1"
}
case ${words[0]:-} in
  '') for name in key-generation file-encryption backup-creation key-rotation performance; do try "$name"; done ;;
  key-generation | file-encryption | backup-creation | key-rotation | performance) try "${words[0]}" ;;
  *) wrong_use "no test is called ${words[0]}" ;;
esac
