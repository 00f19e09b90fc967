# shellcheck shell=bash disable=SC2034 # much of it is used by the scripts
# What the scripts share: settings, the holdfast program, options. Sourced, never run. Needs bash 4.4 and GNU coreutils.
#
# Settings are those of holdfast, from the environment and from the files .env and .env.local, which are read line by line and
# never run. The environment wins. No secret becomes an argument of a program.
set -euo pipefail
umask 077

# For what the seeds' scripts did and holdfast does not (yet).
readonly no_counterpart=69
readonly env_bytes_max=65536
library=$(readlink -f -- "${BASH_SOURCE[0]}")
scripts_root=${library%/*}
# Settings, storage and logs; apart from the scripts where an upgrade replaces these.
home=${BACKUP_SCRIPTS_HOME:-$scripts_root}
self_name=${0##*/}

say() { printf '%s\n' "$*" >&2; }

# fail STATUS MESSAGE [HINT]
fail() {
  say "$self_name: $2"
  if [ $# -gt 2 ]; then say "  hint: $3"; fi
  exit "$1"
}

wrong_use() { fail 2 "$1" "see '$self_name --help'"; }
unknown_option() { wrong_use "unknown option $1"; }

# take_options "--valued --options" "$@": fills `words`, where each option that has a value is followed by it, whether it was
# written --a=b or --a b, and `passed`, what stands behind -- and goes to holdfast as it is. Answers --help.
take_options() {
  local valued=" $1 " name
  shift
  words=()
  passed=()
  while [ $# -gt 0 ]; do
    name=${1%%=*}
    case $1 in
      --)
        shift
        passed=("$@")
        return
        ;;
      -h | --help)
        usage
        exit 0
        ;;
      --*=*)
        [[ $valued == *" $name "* ]] || unknown_option "$1"
        words+=("$name" "${1#*=}")
        ;;
      -*)
        words+=("$1")
        if [[ $valued == *" $1 "* ]]; then
          [ $# -ge 2 ] || wrong_use "$1 wants a value"
          words+=("$2")
          shift
        fi
        ;;
      *) words+=("$1") ;;
    esac
    if [[ $valued == *" $name "* && -z ${words[-1]} ]]; then wrong_use "$name wants a value"; fi
    shift
  done
}

# Names that a file of settings may set. Not HOLDFAST and HOLDFAST_JAVA_OPTS, which say what is run.
is_setting() {
  case $1 in
    HOLDFAST_JAVA_OPTS | BACKUP_SCRIPTS_HOME) return 1 ;;
    BACKUP_* | HOLDFAST_* | SUPABASE_* | DATABASE_URL | DATABASE_URL_FILE | POSTGRES_URL | POSTGRES_URL_FILE) return 0 ;;
    DIRECT_URL | DIRECT_URL_FILE | RESTORE_DATABASE_URL | TEST_DATABASE_URL | NOTIFICATION_EMAIL) return 0 ;;
    PGPASSWORD | PGSSLMODE | PGSSLROOTCERT | AWS_* | AZURE_* | GOOGLE_APPLICATION_CREDENTIALS | HTTPS_PROXY | NO_PROXY) return 0 ;;
  esac
  return 1
}

# read_settings FILE: lines NAME=VALUE, the value bare, in '…' or in "…"; nothing in it is expanded.
read_settings() {
  local file=$1 line name value number=0 mode owner bytes
  [ -e "$file" ] || return 0
  [[ -f $file && -r $file ]] || fail 2 "cannot read $file"
  read -r mode owner bytes < <(stat -L -c '%a %u %s' -- "$file")
  if [ "$owner" != 0 ] && [ "$owner" != "$(id -u)" ]; then
    fail 2 "$file belongs to another user" "its owner decides where backups go: make it yours"
  fi
  if [ $((8#$mode & 8#022)) -ne 0 ]; then fail 2 "others may write to $file" "chmod 600 it"; fi
  if [ $((8#$mode & 8#044)) -ne 0 ]; then say "warning: others may read $file: chmod 600 it"; fi
  [ "$bytes" -le "$env_bytes_max" ] || fail 2 "$file is larger than $env_bytes_max bytes"
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    line=${line%$'\r'}
    [[ $line =~ ^[[:space:]]*(#.*)?$ ]] && continue
    # The line itself is not shown: it may hold a secret.
    [[ $line =~ ^[[:space:]]*(export[[:space:]]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] ||
      fail 2 "line $number of $file is not NAME=VALUE"
    name=${BASH_REMATCH[2]}
    value=${BASH_REMATCH[3]}
    if [[ $value =~ ^\'([^\']*)\'[[:space:]]*(#.*)?$ || $value =~ ^\"([^\"]*)\"[[:space:]]*(#.*)?$ ]]; then
      value=${BASH_REMATCH[1]}
    elif [[ $value == [\'\"]* ]]; then
      fail 2 "line $number of $file: $name has a quote that does not end, or one within"
    else
      value=${value%%[[:space:]]#*}
      value=${value%"${value##*[![:space:]]}"}
    fi
    is_setting "$name" || continue
    case $name=$value in
      BACKUP_DIR=*:* | BACKUP_STORAGE_PATH=*:* | *=/* | *=) ;;
      # Of the folder of the file, wherever cron or a shell stands.
      BACKUP_DIR=* | BACKUP_STORAGE_PATH=* | BACKUP_KEY_FILE=*) value=$home/${value#./} ;;
    esac
    if [ -z "${!name+set}" ]; then export "$name=$value"; fi
  done <"$file"
}

has_key_setting() {
  local name
  for name in BACKUP_ENCRYPTION_KEY BACKUP_PASSPHRASE BACKUP_ENCRYPTION_SECRET BACKUP_KEY; do
    [ -z "${!name:-}" ] || return 0
    name=${name}_FILE
    [ -z "${!name:-}" ] || return 0
  done
  return 1
}

has_configuration() {
  [ -n "${HOLDFAST_CONFIG:-}" ] || [ -e holdfast.yaml ] || [ -e /etc/holdfast/holdfast.yaml ]
}

load_settings() {
  local name database=
  case $home in /*) ;; *) fail 2 "BACKUP_SCRIPTS_HOME must be an absolute path" ;; esac
  read_settings "$home/.env.local"
  read_settings "$home/.env"
  for name in DATABASE_URL DATABASE_URL_FILE POSTGRES_URL POSTGRES_URL_FILE; do database=$database${!name:-}; done
  default_kind=cluster
  if [ -z "$database" ] && [ -n "${SUPABASE_DB_URL:-}" ]; then
    export DATABASE_URL=$SUPABASE_DB_URL
    # Such a server gives nobody a replication connection for base backups.
    default_kind=dump
  fi
  if ! has_configuration; then
    if [ -z "${BACKUP_DIR:-}${BACKUP_DIR_FILE:-}${BACKUP_STORAGE_PATH:-}" ]; then export BACKUP_DIR=$home/storage/local; fi
    local usual=${XDG_CONFIG_HOME:-${HOME:-/nowhere}/.config}/holdfast/key key=$home/storage/encryption/backup-key.key
    if ! has_key_setting && { [ -e "$key" ] || [ ! -e "$usual" ]; }; then
      mkdir -p -- "${key%/*}"
      export BACKUP_KEY_FILE=$key
    fi
  fi
  find_program
}

# Sets `holdfast`: $HOLDFAST, else the program that these scripts came with, else the one on PATH.
find_program() {
  if [ -n "${HOLDFAST:-}" ]; then
    holdfast=$(command -v -- "$HOLDFAST") || fail 2 "HOLDFAST names no program: $HOLDFAST"
  elif [ -x "$scripts_root/../../holdfast" ] && [ ! -d "$scripts_root/../../holdfast" ]; then
    holdfast=$scripts_root/../../holdfast
  elif ! holdfast=$(command -v holdfast); then
    fail 2 "the program holdfast was not found" "put its bin directory into PATH, or set HOLDFAST to its path"
  fi
}

# run COMMAND…: runs holdfast, with the source of BACKUP_SOURCE where there is one.
run() { "$holdfast" ${BACKUP_SOURCE:+"--source=$BACKUP_SOURCE"} "$@"; }

# choose_kind [WANTED]: prints cluster, dump or both.
choose_kind() {
  local kind=${1:-${BACKUP_KIND:-$default_kind}}
  case $kind in
    cluster | dump | both) printf '%s\n' "$kind" ;;
    *) wrong_use "a kind is cluster, dump or both, not $kind" ;;
  esac
}

# without_password URL: sets `url` to it without its password, and exports that as PGPASSWORD. An argument is seen by everybody.
without_password() {
  local scheme rest authority user password
  url=$1
  [[ $1 =~ ^(postgres(ql)?://)(.*)$ ]] || fail 2 "the target is not a URL that begins with postgresql://"
  scheme=${BASH_REMATCH[1]} rest=${BASH_REMATCH[3]}
  if [[ $rest =~ [?\&]password= ]]; then
    fail 2 "the target's URL has its password behind a ?" "write it as postgresql://USER:PASSWORD@HOST/DATABASE, or set PGPASSWORD"
  fi
  authority=${rest%%[/?#]*}
  [[ $authority == *@* ]] || return 0
  user=${authority%@*}
  [[ $user == *:* ]] || return 0
  password=${user#*:}
  if [[ ${password//%[0-9A-Fa-f][0-9A-Fa-f]/} == *%* || $password == *%00* ]]; then
    fail 2 "the password in the target's URL has a % that is none of its encoding" "write % as %25"
  fi
  password=${password//\\/\\\\}
  printf -v password '%b' "${password//%/\\x}"
  export PGPASSWORD=$password
  url=$scheme${user%%:*}@${authority##*@}${rest#"$authority"}
}

# json_value FILE NAME.NAME…: prints a text or a number of a JSON file, nothing if it is not there.
json_value() {
  if command -v jq >/dev/null 2>&1; then
    jq -r --arg path "$2" 'getpath($path | split(".")) | if type == "string" or type == "number" then . else empty end' "$1"
  elif command -v python3 >/dev/null 2>&1; then
    python3 -I -c '
import json, sys
value = json.load(open(sys.argv[1], encoding="utf-8"))
for name in sys.argv[2].split("."):
    value = value.get(name) if isinstance(value, dict) else None
if isinstance(value, (str, int, float)) and not isinstance(value, bool):
    print(value)' "$1" "$2"
  else
    fail 2 "reading ${1##*/} needs jq or python3, and neither is here" "install jq, or give options in place of the file"
  fi || fail 2 "cannot read $2 in $1: it is not the JSON that was expected"
}
