#!/usr/bin/env bash
self=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${self%/*}/../lib.sh"

usage() {
  cat <<'END'
Usage: run.sh full-backup|incremental-backup|verify-backup|cleanup|wal-archive|health-check
Runs a job for cron or a systemd timer: one of its kind at a time, its output in storage/logs/JOB.log (and JOB.log.1, from 10 MiB
on), how it ended in storage/logs/JOB.last. Prints a line only if it failed, and exits as the job did.
END
}

log_bytes_max=$((10 * 1024 * 1024))
job=${1:-}
lock=backup arguments=()
case $job in
  -h | --help)
    usage
    exit 0
    ;;
  full-backup | incremental-backup | cleanup) script=$scripts_root/scripts/$job.sh ;;
  verify-backup) script=$scripts_root/scripts/$job.sh lock=$job arguments=(--latest) ;;
  wal-archive) script=$scripts_root/scripts/$job.sh lock=$job arguments=(-- --quiet) ;;
  health-check) script=$scripts_root/monitoring/$job.sh lock=$job ;;
  *) wrong_use "no job is called ${job:-nothing}" ;;
esac
[ $# -eq 1 ] || wrong_use "one job at a time"
command -v flock >/dev/null 2>&1 || fail 2 "there is no flock on this machine" "install util-linux"

logs=$home/storage/logs
log=$logs/$job.log
mkdir -p -- "$logs"
now() { date -u +%Y-%m-%dT%H:%M:%SZ; }
exec 9>"$logs/$lock.lock"
if ! flock -n 9; then
  # A stream that runs is what is wanted; a backup that takes so long is worth a line in the log.
  if [ "$job" != wal-archive ]; then printf '%s %s: not started, another one runs\n' "$(now)" "$job" >>"$log"; fi
  exit 0
fi
if [ -e "$log" ] && [ "$(stat -c %s -- "$log")" -gt $log_bytes_max ]; then mv -f -- "$log" "$log.1"; fi
printf '%s %s: started\n' "$(now)" "$job" >>"$log"
status=0
if [ "$job" = health-check ]; then
  said=$("$BASH" "$script" 2>>"$log") || status=$?
  printf '%s\n' "$said" >>"$log"
else
  "$BASH" "$script" "${arguments[@]}" >>"$log" 2>&1 || status=$?
fi
printf '%s %s: ended with status %d\n' "$(now)" "$job" $status >>"$log"
printf '%s status %d\n' "$(now)" $status >"$logs/$job.last"
if [ $status -ne 0 ]; then
  case $job in
    health-check) printf '%s\n' "$said" ;;
    *) printf '%s failed with status %d: see %s\n' "$job" $status "$log" ;;
  esac
fi
exit $status
