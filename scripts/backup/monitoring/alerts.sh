#!/usr/bin/env bash
self=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${self%/*}/../lib.sh"

usage() {
  cat <<'END'
Usage: alerts.sh
Sends nothing: holdfast has no notifications yet, and this says so with exit status 69.
Meanwhile cron sends what monitoring/health-check.sh finds to MAILTO, see cron/monitoring-cron.sh.
END
}

for word; do
  case $word in -h | --help)
    usage
    exit 0
    ;;
  esac
done
fail "$no_counterpart" "holdfast sends no e-mail and calls no webhook yet; nothing was sent" \
  "let your monitoring run monitoring/health-check.sh, or cron by cron/monitoring-cron.sh"
