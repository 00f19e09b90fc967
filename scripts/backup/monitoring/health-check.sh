#!/usr/bin/env bash
self=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${self%/*}/../lib.sh"

usage() {
  cat <<'END'
Usage: health-check.sh [--warning-age=HOURS] [--critical-age=HOURS] [--disk-warning=PERCENT] [--disk-critical=PERCENT]
                       [--require-wal] [--timeout=SECONDS]
Prints one line and exits as monitoring programs expect: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
Looks at: the key and the whole repository without reading data ('holdfast check'), the age of the newest good backup (26 hours
warn, 50 are critical), the write-ahead log with its gaps and its slot ('holdfast wal status', of the kind cluster), and how full
the disk of a repository in a directory is (85 and 95 percent).
  --require-wal  It is critical if no 'wal stream' has been set up, or if it does not run.
  --timeout      For each look, 300 by default; beyond it the state is UNKNOWN.
END
}

# What is wrong with the call itself, or with the settings, is unknown health, not a warning.
unknown() {
  printf 'UNKNOWN: %s\n' "$1"
  exit 3
}
fail() { unknown "$2"; }
set -E
trap 'unknown "line $LINENO of health-check.sh failed"' ERR

warning_age=26 critical_age=50 disk_warning=85 disk_critical=95 limit=300 require_wal=no
take_options "--warning-age --critical-age --disk-warning --disk-critical --timeout" "$@"
[ ${#passed[@]} -eq 0 ] || wrong_use "unexpected argument ${passed[0]}"
set -- "${words[@]}"
number() { [[ $2 =~ ^[0-9]{1,6}$ ]] || wrong_use "$1 wants a whole number, not $2"; }
while [ $# -gt 0 ]; do
  case $1 in
    --require-wal)
      require_wal=yes
      shift
      continue
      ;;
    --warning-age) number "$@" && warning_age=$2 ;;
    --critical-age) number "$@" && critical_age=$2 ;;
    --disk-warning) number "$@" && disk_warning=$2 ;;
    --disk-critical) number "$@" && disk_critical=$2 ;;
    --timeout) number "$@" && limit=$2 ;;
    *) unknown_option "$1" ;;
  esac
  shift 2
done
load_settings
kind=$(choose_kind "") || {
  printf '%s\n' "$kind"
  exit 3
}

state=0 good=() bad=()
# found STATE TEXT: the worst state wins, and what is wrong is said first.
found() {
  if [ "$1" -eq 0 ]; then good+=("$2"); else bad+=("$2"); fi
  if [ "$1" -gt "$state" ]; then state=$1; fi
}

# look COMMAND…: sets `said` and `status`. With --json an error is a document too.
look() {
  status=0
  said=$(timeout -k 10 "$limit" "$holdfast" "--source=${BACKUP_SOURCE:-main}" --json --quiet "$@" 2>/dev/null) || status=$?
  if [ $status -eq 124 ] || [ $status -eq 137 ]; then unknown "'holdfast $*' took longer than $limit s"; fi
}
# field NAME: a text of the document that `look` got, as one line.
field() { sed -n "s/^ *\"$1\": \"\\{0,1\\}\\(.*[^\",]\\)\"\\{0,1\\},\\{0,1\\}\$/\\1/p" <<<"$said" | sed -n '1{s/[[:cntrl:]]/ /g;p}'; }

look_at_repository() {
  look check
  case $status in
    0) found 0 "repository whole" ;;
    4) found 2 "repository DAMAGED, see 'holdfast check'" ;;
    2 | 3) found 2 "repository unusable: $(field code) $(field message)" ;;
    *) unknown "'holdfast check' ended with status $status" ;;
  esac
  [ $status -eq 0 ] || [ $status -eq 4 ]
}

look_at_age() {
  local newest id at hours
  look list
  [ $status -eq 0 ] || [ $status -eq 4 ] || unknown "'holdfast list' ended with status $status"
  # One member a line; a backup that read damaged pages or has not completed is none.
  newest=$(awk '
    /^  \{/ { id = kind = at = ""; whole = 0; clean = 0 }
    match($0, /^    "(id|kind|completedAt|status|damaged)": /) {
      name = $1; value = $2; gsub(/[",:]/, "", name); gsub(/[",]/, "", value)
      if (name == "id") id = value
      if (name == "kind") kind = value
      if (name == "completedAt") at = value
      if (name == "status") whole = value == "completed"
      if (name == "damaged") clean = value == "false"
    }
    /^  \}/ { if (whole && clean && (kind == "physical" || kind == "dump") && at > best) { best = at; name_of = id } }
    END { print best, name_of }' <<<"$said")
  read -r at id <<<"$newest"
  if [ -z "$at" ]; then
    found 2 "no good backup of source ${BACKUP_SOURCE:-main}"
    return
  fi
  at=$(date -u -d "$at" +%s) || unknown "cannot read the time of $id"
  hours=$((($(date -u +%s) - at) / 3600))
  if [ $hours -ge "$critical_age" ]; then
    found 2 "newest backup is $hours h old ($id)"
  elif [ $hours -ge "$warning_age" ]; then
    found 1 "newest backup is $hours h old ($id)"
  else found 0 "newest backup $hours h old ($id)"; fi
}

look_at_wal() {
  local stopped=1 slot
  if [ $require_wal = yes ]; then stopped=2; fi
  [ "$kind" != dump ] || return 0
  look wal status
  if [ $status -ne 0 ]; then
    found 1 "WAL: $(field code) $(field message)"
    return
  fi
  if ! grep -q '^ *"serverProblem": null' <<<"$said"; then found 1 "server: $(field serverProblem)"; fi
  slot=$(field slotState)
  # Where only backups bring WAL there is none between them, and nothing is missing.
  if [[ $slot != "does not exist" || $require_wal = yes ]] && grep -q '^ *"gaps": \[$' <<<"$said"; then
    found 1 "WAL has gaps, see 'holdfast wal status'"
  fi
  case $slot in
    '') if [ $require_wal = yes ]; then found 2 "nobody knows whether a WAL stream runs"; fi ;;
    "does not exist") if [ $require_wal = yes ]; then found 2 "no WAL stream set up"; else good+=("no WAL stream"); fi ;;
    *lost* | *unreserved*) found 2 "slot $(field slot) is $slot" ;;
    "not in use"*) found "$stopped" "WAL stream does not run (slot $(field slot))" ;;
    *) found 0 "WAL stream $slot" ;;
  esac
}

look_at_disk() {
  local directory=${BACKUP_DIR:-${BACKUP_STORAGE_PATH:-}} used
  [ -d "$directory" ] || return 0
  used=$(df -P -- "$directory" | awk 'END { sub(/%/, "", $(NF - 1)); print $(NF - 1) }')
  [[ $used =~ ^[0-9]+$ ]] || return 0
  if [ "$used" -ge "$disk_critical" ]; then
    found 2 "disk $used % full"
  elif [ "$used" -ge "$disk_warning" ]; then
    found 1 "disk $used % full"
  else found 0 "disk $used % full"; fi
}

if look_at_repository; then
  look_at_age
  look_at_wal
fi
look_at_disk
words=("OK" "WARNING" "CRITICAL")
text=$(printf '%s; ' "${bad[@]}" "${good[@]}")
printf '%s: %s\n' "${words[$state]}" "${text%; }"
exit "$state"
