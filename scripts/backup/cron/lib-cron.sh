# shellcheck shell=bash disable=SC2034,SC2154 # variables of the scripts that source this, and of lib.sh
# A marked block in the crontab of whoever runs this: lines of others stay byte for byte. Sourced after lib.sh, with
# `block` set to the name of the block.

need_programs() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null 2>&1 && continue
    case $program in
      crontab) fail 2 "there is no crontab on this machine" "install cron, or run cron/run.sh by a systemd timer" ;;
      flock) fail 2 "there is no flock on this machine, so nothing would keep two runs apart" "install util-linux" ;;
      *) fail 2 "there is no $program on this machine" ;;
    esac
  done
}

# read_crontab FILE: the crontab as it is; empty if there is none. Anything else that fails ends this.
read_crontab() {
  local status=0
  LC_ALL=C crontab -l >"$1" 2>"$work/error" || status=$?
  if [ $status -ne 0 ]; then
    grep -qi '^no crontab for\|: no crontab for' "$work/error" || fail 3 "crontab -l failed: $(head -c 500 "$work/error")"
    : >"$1"
  fi
}

begin_line() { printf '# BEGIN holdfast %s' "$block"; }
end_line() { printf '# END holdfast %s' "$block"; }

# A block that does not end would take what follows with it.
check_blocks() {
  awk -v begin="$(begin_line)" -v end="$(end_line)" '
    $0 == begin { if (inside || seen++) exit 1; inside = 1 }
    $0 == end { if (!inside) exit 1; inside = 0; ended = 1 }
    END { if (seen && !ended) exit 1 }' "$1" ||
    fail 2 "the crontab has a part of a holdfast block, or two" "repair it by 'crontab -e': its lines are '$(begin_line)' and '$(end_line)'"
}

line_of() { grep -nxF -- "$1" "$2" | cut -d : -f 1; }
without_block() { sed "/^$(begin_line)\$/,/^$(end_line)\$/d" "$1"; }
only_block() { sed -n "/^$(begin_line)\$/,/^$(end_line)\$/p" "$1"; }

# write_crontab FILE: writes it and reads it back.
write_crontab() {
  crontab "$1" || fail 3 "crontab refused the new table; the old one stays"
  read_crontab "$work/written"
  cmp -s "$1" "$work/written" || fail 3 "the crontab is not what was written: look at 'crontab -l'"
}

# open_work: a directory for tables of cron, removed at the end, and one change at a time.
open_work() {
  work=$(mktemp -d)
  trap 'rm -rf -- "$work"' EXIT
  mkdir -p -- "$home/storage/logs"
  exec 8>"$home/storage/logs/crontab.lock"
  flock -w 30 8 || fail 3 "somebody else changes the crontab"
}

# cron_word TEXT: as one word for the shell that cron starts; cron itself ends a command at a bare %.
cron_word() {
  case $1 in *$'\n'* | *$'\r'*) fail 2 "a path with a line break cannot stand in a crontab" ;; esac
  local word=${1//\'/\'\\\'\'}
  printf "'%s'" "${word//%/\\%}"
}

# add_line TIMES JOB: appends to `lines`.
add_line() {
  local fields
  case $1 in *$'\n'*) wrong_use "a time of cron is one line" ;; esac
  read -r -a fields <<<"$1"
  local times=${fields[*]}
  [[ $times =~ ^[0-9A-Za-z*/,-]+(\ [0-9A-Za-z*/,-]+){4}$ || $times =~ ^@(hourly|daily|midnight|weekly|monthly|yearly|annually)$ ]] ||
    wrong_use "the time of $2 is no five fields of cron: $1"
  local program
  program=$(cron_word "$scripts_root/cron/run.sh") || exit
  lines+=("$times $prefix$program $2")
}

# Sets `prefix`: what cron's small environment lacks to find the program and the settings.
make_prefix() {
  local word
  prefix=''
  if [ "$holdfast" != "$scripts_root/../../holdfast" ]; then
    word=$(cron_word "$(readlink -f -- "$holdfast")") || exit
    prefix+="HOLDFAST=$word "
  fi
  if [ "$home" != "$scripts_root" ]; then
    word=$(cron_word "$home") || exit
    prefix+="BACKUP_SCRIPTS_HOME=$word "
  fi
}

install_block() {
  local old=$work/old new=$work/new
  read_crontab "$old"
  check_blocks "$old"
  only_block "$old" >"$work/block"
  if [ -s "$work/block" ] && ! grep -qF -- "$(cron_word "$scripts_root/cron/run.sh")" "$work/block"; then
    fail 2 "the crontab has a block of another installation" "look at it by '$self_name list', then '$self_name uninstall'"
  fi
  if [ -s "$work/block" ]; then
    # In its place, so that installing twice changes nothing.
    head -n $(($(line_of "$(begin_line)" "$old") - 1)) "$old" >"$new"
  else
    cat "$old" >"$new"
    if [ -s "$new" ] && [ "$(tail -c 1 "$new" | od -An -tx1 | tr -d ' ')" != 0a ]; then echo >>"$new"; fi
  fi
  {
    printf '%s\n' "$(begin_line)"
    printf '%s\n' "${lines[@]}"
    printf '%s\n' "$(end_line)"
  } >>"$new"
  if [ -s "$work/block" ]; then tail -n +$(($(line_of "$(end_line)" "$old") + 1)) "$old" >>"$new"; fi
  if cmp -s "$old" "$new"; then
    say "installed already; nothing changed"
  else
    write_crontab "$new"
    say "installed; the times are those of this machine's clock"
  fi
}

uninstall_block() {
  local old=$work/old
  read_crontab "$old"
  check_blocks "$old"
  without_block "$old" >"$work/new"
  if cmp -s "$old" "$work/new"; then
    say "not installed; nothing changed"
  else
    write_crontab "$work/new"
    say "uninstalled"
  fi
}

list_block() {
  read_crontab "$work/old"
  check_blocks "$work/old"
  only_block "$work/old"
}

# status_of JOB…: whether the block is there, and how each job ended last. Status 1 if it is not there.
status_of() {
  local job last state=0
  list_block >"$work/block"
  if [ -s "$work/block" ]; then printf '%s\n' "installed"; else
    printf '%s\n' "not installed"
    state=1
  fi
  for job; do
    last=$home/storage/logs/$job.last
    if [ -r "$last" ]; then printf '%s: %s\n' "$job" "$(head -c 200 "$last")"; else printf '%s: never ran\n' "$job"; fi
  done
  return $state
}
