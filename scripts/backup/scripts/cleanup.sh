#!/usr/bin/env bash
self=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${self%/*}/../lib.sh"

usage() {
  cat <<'END'
Usage: cleanup.sh [--dry-run] [--keep-last=N] [--keep-hourly=N] [--keep-daily=N] [--keep-weekly=N] [--keep-monthly=N]
                  [--keep-yearly=N] [--keep-within=TIME] [--window=TIME]
Applies a policy and removes what no backup that stays needs: 'holdfast forget', then 'holdfast prune'.
Without options the policy is that of config/retention.config.json; without that file nothing is removed, and the exit status is 2.
  --dry-run  Say of every backup why it stays or that it goes, and what would be removed; so does DRY_RUN=true.
The options are those of 'holdfast forget'.
END
}

policy=() dry_run=no keep="--keep-last --keep-hourly --keep-daily --keep-weekly --keep-monthly --keep-yearly --keep-within --window"
case ${DRY_RUN:-} in true | 1 | yes) dry_run=yes ;; '' | false | 0 | no) ;; *) wrong_use "DRY_RUN is true or false" ;; esac
take_options "$keep" "$@"
set -- "${words[@]}"
[ ${#passed[@]} -eq 0 ] || wrong_use "unexpected argument ${passed[0]}"
while [ $# -gt 0 ]; do
  case " $keep " in
    *" $1 "*) policy+=("$1=$2") && shift ;;
    *)
      case $1 in
        --dry-run) dry_run=yes ;;
        -*) unknown_option "$1" ;;
        *) wrong_use "unexpected argument $1" ;;
      esac
      ;;
  esac
  shift
done
load_settings

# number NAME: that of the configuration, empty if it does not stand there.
number() {
  local value
  value=$(json_value "$config" "policies.$1") || exit
  [[ $value =~ ^([0-9]{1,6})?$ ]] || fail 2 "$1 in $config is no number: $value"
  printf '%s' "$value"
}

if [ ${#policy[@]} -eq 0 ]; then
  config=$home/config/retention.config.json
  [ -e "$config" ] || fail 2 "nothing says what to keep, so nothing is removed" \
    "copy config/retention.config.json.example to $config, or give options such as --keep-daily=7"
  for period in last hourly daily weekly monthly yearly; do
    value=$(number "daily_backups.keep_$period")
    policy+=(${value:+"--keep-$period=$value"})
  done
  # A policy of holdfast makes no difference between full and incremental ones here: what either keeps stays.
  value=$(number incremental_backups.keep_hours)
  policy+=(${value:+"--keep-within=${value}h"})
  value=$(number wal_files.keep_days)
  policy+=(${value:+"--window=${value}d"})
  [ ${#policy[@]} -gt 0 ] || fail 2 "no rule of $config is known" "see config/retention.config.json.example"
  value=$(number wal_files.archive_after_days)
  if [ -n "$value" ]; then say "archive_after_days of $config is not applied: 'holdfast.sh copy' brings backups elsewhere"; fi
  value=$(number incremental_backups.keep_daily)
  daily=$(number daily_backups.keep_daily)
  if [ "${value:-0}" -gt "${daily:-0}" ]; then say "keep_daily of incremental_backups is not applied beyond that of daily_backups"; fi
fi
say "policy: ${policy[*]}"
dry=()
if [ $dry_run = yes ]; then dry=(--dry-run); fi
run forget "${policy[@]}" "${dry[@]}"
run prune "${dry[@]}"
