#!/usr/bin/env bash
# Side by side: `holdfast backup` and `pg_basebackup` with server-side zstd, on one cluster, in one run.
#
#   benchmarks/base-backup.sh [RUNS]          default 5; prints a Markdown table of medians
#
# Needs Debian's PostgreSQL 15 (or PG_BIN=…), GNU time, and ./holdfast built. SCALE (default 100, about 1.5 GB) is pgbench's.
# Everything is made under WORK (default: a directory in /var/tmp) and removed at the end, unless KEEP=1.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-5}
SCALE=${SCALE:-100}
PG_BIN=${PG_BIN:-/usr/lib/postgresql/15/bin}
WORK=${WORK:-$(mktemp -d /var/tmp/holdfast-bench.XXXXXX)}
holdfast=$PWD/distribution/target/holdfast/bin/holdfast
[ -x "$holdfast" ] || ./holdfast --version >/dev/null
command -v /usr/bin/time >/dev/null || { echo "GNU time is missing: apt-get install time" >&2; exit 2; }
port=${PORT:-54399}
mkdir -p "$WORK"; chmod 755 "$WORK"
if [ "$(id -u)" = 0 ]; then
  as_server() { runuser -u postgres -- "$@"; }
  chown postgres "$WORK"
else
  as_server() { "$@"; }
fi
cleanup() {
  as_server "$PG_BIN/pg_ctl" -s -D "$WORK/data" -m immediate stop 2>/dev/null || true
  [ -n "${KEEP:-}" ] || rm -rf "$WORK"
}
trap cleanup EXIT

as_server "$PG_BIN/initdb" -D "$WORK/data" --data-checksums -U postgres -A trust --locale=C.UTF-8 -E UTF8 >/dev/null
cat >>"$WORK/data/postgresql.conf" <<E
port = $port
listen_addresses = '127.0.0.1'
unix_socket_directories = '$WORK'
max_wal_size = 4GB
autovacuum = off
fsync = off
shared_buffers = 256MB
E
as_server "$PG_BIN/pg_ctl" -s -D "$WORK/data" -l "$WORK/log" -w start
export PGHOST=127.0.0.1 PGPORT=$port PGUSER=postgres
"$PG_BIN/pgbench" -q -i -I dtg -s "$SCALE" postgres 2>/dev/null
# pgbench's filler is blanks, which compress 20:1: give it text that compresses like real rows.
"$PG_BIN/psql" -q -v ON_ERROR_STOP=1 -d postgres -c "UPDATE pgbench_accounts SET filler = left(md5(aid::text) || ' order ' || (aid % 9973) || ' of ' || md5((aid * 7)::text), 84)" \
  -c "VACUUM FULL pgbench_accounts" -c "ALTER TABLE pgbench_accounts ADD PRIMARY KEY (aid)" -c CHECKPOINT
bytes=$(du -sb --exclude=pg_wal "$WORK/data" | cut -f1)

export BACKUP_ENCRYPTION_KEY; BACKUP_ENCRYPTION_KEY=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
export DATABASE_URL="postgresql://postgres@127.0.0.1:$port/postgres"
table=$WORK/results.tsv; : >"$table"
measure() { # label, what to remove before, path whose size counts, command...
  local label=$1 fresh=$2 counted=$3; shift 3
  for run in $(seq "$runs"); do
    if [ -n "$fresh" ]; then rm -rf "$fresh"; [ "$label" != holdfast-full ] || BACKUP_DIR=$WORK/repo "$holdfast" init -q >/dev/null; fi
    find "$WORK/data" -type f ! -path '*/pg_wal/*' -print0 | xargs -0 cat >/dev/null
    sync
    local before c0 c1
    before=$(du -sb "$counted" 2>/dev/null | cut -f1 || true)
    c0=$(awk '/^cpu /{print $2+$3+$4+$7+$8}' /proc/stat)
    /usr/bin/time -q -f '%e %U %S %M' -o "$WORK/time" "$@" >"$WORK/out" 2>&1 || { cat "$WORK/out" >&2; exit 1; }
    c1=$(awk '/^cpu /{print $2+$3+$4+$7+$8}' /proc/stat)
    read -r wall user system rss <"$WORK/time"
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$label" "$wall" "$(awk "BEGIN{print $user+$system}")" \
      "$(awk "BEGIN{print ($c1-$c0)/100}")" "$((rss / 1024))" "$(( ($(du -sb "$counted" | cut -f1) - ${before:-0}) / 1048576 ))" >>"$table"
  done
}
measure pg_basebackup-zstd1 "$WORK/pgbb" "$WORK/pgbb" "$PG_BIN/pg_basebackup" -D "$WORK/pgbb" -Ft -c fast -X none --compress=server-zstd:level=1
measure pg_basebackup-zstd1-workers2 "$WORK/pgbb" "$WORK/pgbb" "$PG_BIN/pg_basebackup" -D "$WORK/pgbb" -Ft -c fast -X none --compress=server-zstd:level=1,workers=2
export BACKUP_DIR=$WORK/repo
measure holdfast-full "$WORK/repo" "$WORK/repo" "$holdfast" backup -q
measure holdfast-again-unchanged "" "$WORK/repo" "$holdfast" backup -q --type incremental

echo "cluster: $((bytes / 1048576)) MiB, pgbench scale $SCALE, $("$PG_BIN/postgres" --version); $(nproc) cores; median of $runs"
echo
echo "| case | wall s | tool CPU s | machine CPU s | max RSS MiB | stored MiB |"
echo "|---|---|---|---|---|---|"
for label in $(cut -f1 "$table" | awk '!seen[$0]++'); do
  row="| $label |"
  for column in 2 3 4 5 6; do
    row="$row $(awk -F'\t' -v l="$label" -v c=$column '$1==l{print $c}' "$table" | sort -n | awk '{v[NR]=$1} END{print v[int((NR+1)/2)]}') |"
  done
  echo "$row"
done
