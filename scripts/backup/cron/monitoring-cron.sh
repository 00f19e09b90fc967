#!/usr/bin/env bash
self=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${self%/*}/../lib.sh"
block=monitoring-cron
. "${self%/*}/lib-cron.sh"

usage() {
  cat <<'END'
Usage: monitoring-cron.sh install [--every=TIMES]
       monitoring-cron.sh uninstall | list | status
As backup-cron.sh, for monitoring/health-check.sh: TIMES are five fields of cron. Default: what "health_check_interval" of
"monitoring" in config/backup.config.json says in seconds (whole hours, or minutes that divide one), else every hour.
If not everything is in order, cron sends the line of health-check.sh to MAILTO.
END
}

every=''
take_options "--every" "$@"
[ ${#passed[@]} -eq 0 ] || wrong_use "unexpected argument ${passed[0]}"
set -- "${words[@]}"
what=''
while [ $# -gt 0 ]; do
  case $1 in
    --every) every=$2 && shift ;;
    -*) unknown_option "$1" ;;
    *)
      [ -z "$what" ] || wrong_use "unexpected argument $1"
      what=$1
      ;;
  esac
  shift
done
case $what in
  install) ;;
  uninstall | list | status) [ -z "$every" ] || wrong_use "--every goes with install" ;;
  '') wrong_use "say what to do: install, uninstall, list or status" ;;
  *) wrong_use "nothing is called $what" ;;
esac
load_settings
need_programs crontab flock
open_work

# interval: TIMES for so many seconds.
interval() {
  local config=$home/config/backup.config.json seconds=''
  if [ -e "$config" ]; then seconds=$(json_value "$config" monitoring.health_check_interval) || exit; fi
  seconds=${seconds:-3600}
  [[ $seconds =~ ^[1-9][0-9]{1,5}$ ]] || fail 2 "health_check_interval in $config is no number of seconds: $seconds"
  if [ $((seconds % 3600)) -eq 0 ] && [ $((86400 % seconds)) -eq 0 ]; then
    printf '7 */%d * * *' $((seconds / 3600))
  elif [ $((seconds % 60)) -eq 0 ] && [ $((3600 % seconds)) -eq 0 ]; then
    printf '*/%d * * * *' $((seconds / 60))
  else
    fail 2 "cron cannot run every $seconds seconds" "give whole hours that divide a day, or minutes that divide an hour, or --every=TIMES"
  fi
}

case $what in
  install)
    lines=()
    make_prefix
    every=${every:-$(interval)}
    add_line "$every" health-check
    install_block
    only_block "$work/new"
    ;;
  uninstall) uninstall_block ;;
  list) list_block ;;
  status) status_of health-check ;;
esac
