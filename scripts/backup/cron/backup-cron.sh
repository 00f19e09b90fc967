#!/usr/bin/env bash
self=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${self%/*}/../lib.sh"
block=backup-cron
. "${self%/*}/lib-cron.sh"

usage() {
  cat <<'END'
Usage: backup-cron.sh install [--full=TIMES] [--incremental=TIMES] [--verify=TIMES] [--cleanup=TIMES] [--wal=on|off]
       backup-cron.sh uninstall | list | status
Writes a marked block into your crontab; everything else in it stays as it is. TIMES are five fields of cron, such as
'0 2 * * *', or off. Without an option the time is that of config/backup.config.json ("schedules"), else:
  --full         0 2 * * *
  --incremental  0 */6 * * *
  --verify       off: backups are read back at their end anyway, in directories and by SFTP
  --cleanup      30 4 * * * if there is a config/retention.config.json, else off
  --wal          on if "wal_archive" is "continuous" there, else off: keeps 'wal stream' running, looked after every minute
The log of a job is in storage/logs. A job that failed prints one line, which cron sends to MAILTO.
'list' prints the block, 'status' how each job ended last (exit status 1 if the block is not there).
END
}

full='' incremental='' verify='' cleanup='' wal=''
take_options "--full --incremental --verify --cleanup --wal" "$@"
[ ${#passed[@]} -eq 0 ] || wrong_use "unexpected argument ${passed[0]}"
set -- "${words[@]}"
what=''
while [ $# -gt 0 ]; do
  case $1 in
    --full) full=$2 && shift ;;
    --incremental) incremental=$2 && shift ;;
    --verify) verify=$2 && shift ;;
    --cleanup) cleanup=$2 && shift ;;
    --wal) wal=$2 && shift ;;
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
  uninstall | list | status)
    [ -z "$full$incremental$verify$cleanup$wal" ] || wrong_use "times go with install"
    ;;
  '') wrong_use "say what to do: install, uninstall, list or status" ;;
  *) wrong_use "nothing is called $what" ;;
esac
load_settings
need_programs crontab flock
open_work

# scheduled NAME DEFAULT: what the configuration says, else DEFAULT.
scheduled() {
  local value='' config=$home/config/backup.config.json
  if [ -e "$config" ]; then value=$(json_value "$config" "schedules.$1") || exit; fi
  printf '%s' "${value:-$2}"
}

case $what in
  install)
    lines=()
    make_prefix
    nightly=off
    if [ -e "$home/config/retention.config.json" ]; then nightly='30 4 * * *'; fi
    full=${full:-$(scheduled full_backup '0 2 * * *')}
    incremental=${incremental:-$(scheduled incremental_backup '0 */6 * * *')}
    verify=${verify:-$(scheduled verification off)}
    cleanup=${cleanup:-$(scheduled cleanup "$nightly")}
    wal=${wal:-$(scheduled wal_archive off)}
    if [ "$verify" = after_backup ]; then verify=off; fi
    [ "$full" = off ] || add_line "$full" full-backup
    [ "$incremental" = off ] || add_line "$incremental" incremental-backup
    [ "$verify" = off ] || add_line "$verify" verify-backup
    [ "$cleanup" = off ] || add_line "$cleanup" cleanup
    case $wal in
      off) ;;
      on | continuous)
        if [ "$(choose_kind "")" = dump ]; then
          say "no write-ahead log is kept: that goes with backups of the kind cluster"
        else
          add_line '* * * * *' wal-archive
        fi
        ;;
      *) wrong_use "--wal is on or off, not $wal" ;;
    esac
    [ ${#lines[@]} -gt 0 ] || wrong_use "everything is off: 'backup-cron.sh uninstall' takes the block out"
    install_block
    only_block "$work/new"
    if [ "$cleanup" = off ]; then say "no cleanup: without config/retention.config.json nothing says what to keep"; fi
    ;;
  uninstall)
    uninstall_block
    if [ -e "$home/storage/logs/wal-archive.log" ]; then
      say "a 'wal stream' that runs goes on, and its slot keeps WAL on the server: end it, and drop the slot if it is not to come back"
    fi
    ;;
  list) list_block ;;
  status) status_of full-backup incremental-backup verify-backup cleanup wal-archive ;;
esac
