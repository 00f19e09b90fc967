#!/usr/bin/env bash
# Side by side: `holdfast dump` and `pg_dump -Fd -j2` / `pg_restore -j2`, on one database with one large table and one with many small ones.
#
#   benchmarks/dump.sh [RUNS]          default 3; prints a Markdown table of medians
#
# Needs Debian's PostgreSQL 15 (or PG_BIN=…), GNU time, and ./holdfast built. zstd is measured where pg_dump has it (16 and newer). SCALE (default 100) is
# pgbench's, TABLES (default 2000) is how many small tables there are. Everything is made under WORK (default: a directory in /var/tmp) and removed
# at the end, unless KEEP=1.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-3}
SCALE=${SCALE:-100}; TABLES=${TABLES:-2000}
PG_BIN=${PG_BIN:-/usr/lib/postgresql/15/bin}
WORK=${WORK:-$(mktemp -d /var/tmp/holdfast-bench.XXXXXX)}
holdfast=$PWD/distribution/target/holdfast/bin/holdfast
[ -x "$holdfast" ] || ./holdfast --version >/dev/null
command -v /usr/bin/time >/dev/null || { echo "GNU time is missing: apt-get install time" >&2; exit 2; }
port=${PORT:-54398}
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

as_server "$PG_BIN/initdb" -D "$WORK/data" -U postgres -A trust --locale=C.UTF-8 -E UTF8 >/dev/null
cat >>"$WORK/data/postgresql.conf" <<E
port = $port
listen_addresses = '127.0.0.1'
unix_socket_directories = '$WORK'
max_wal_size = 4GB
max_locks_per_transaction = 1024
autovacuum = off
fsync = off
shared_buffers = 256MB
E
as_server "$PG_BIN/pg_ctl" -s -D "$WORK/data" -l "$WORK/log" -w start </dev/null
export PGHOST=127.0.0.1 PGPORT=$port PGUSER=postgres HOLDFAST_PG_BIN=$PG_BIN
sql() { "$PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 "$@"; }
sql -d postgres -c "CREATE DATABASE large" -c "CREATE DATABASE many"
"$PG_BIN/pgbench" -q -i -I dtg -s "$SCALE" large 2>/dev/null
# pgbench's filler is blanks, which compress 20:1: give it text that compresses like real rows.
sql -d large -c "UPDATE pgbench_accounts SET filler = left(md5(aid::text) || ' order ' || (aid % 9973) || ' of ' || md5((aid * 7)::text), 84)" \
  -c "VACUUM FULL pgbench_accounts" -c "ALTER TABLE pgbench_accounts ADD PRIMARY KEY (aid)" -c CHECKPOINT
sql -d many <<E
SELECT format('CREATE TABLE t%s (id int PRIMARY KEY, note text); INSERT INTO t%s SELECT i, md5((i * %s)::text) || md5(i::text) FROM generate_series(1, 500) i', t, t, t)
FROM generate_series(1, $TABLES) t
\gexec
E

export BACKUP_ENCRYPTION_KEY; BACKUP_ENCRYPTION_KEY=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
export BACKUP_DIR=$WORK/repository
table=$WORK/results.tsv; : >"$table"
stored() { du -sb "$1" 2>/dev/null | cut -f1 || true; }
measure() { # label, path whose growth counts, command...
  local label=$1 counted=$2 before after c0 c1; shift 2
  sync
  before=$(stored "$counted")
  c0=$(awk '/^cpu /{print $2+$3+$4+$7+$8}' /proc/stat)
  /usr/bin/time -q -f '%e %U %S %M' -o "$WORK/time" "$@" >"$WORK/out" 2>&1 || { cat "$WORK/out" >&2; exit 1; }
  c1=$(awk '/^cpu /{print $2+$3+$4+$7+$8}' /proc/stat)
  after=$(stored "$counted")
  read -r wall user system rss <"$WORK/time"
  printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$label" "$wall" "$(awk "BEGIN{print $user+$system}")" "$(awk "BEGIN{print ($c1-$c0)/100}")" \
    "$((rss / 1024))" "$(awk "BEGIN{printf \"%.1f\", (${after:-0}-${before:-0})/1048576}")" >>"$table"
}
url() { echo "postgresql://postgres@127.0.0.1:$port/$1"; }
# Each restore has a database of its own: dropping one with thousands of files slows down what comes after it.
copies=0
empty() { copies=$((copies + 1)); copy=copy$copies; sql -d postgres -c "CREATE DATABASE $copy TEMPLATE template0" -c CHECKPOINT; }
# Before 16 pg_dump has gzip only, and takes its level alone.
compressions="6"
if "$PG_BIN/pg_dump" --version | grep -qE ' (1[6-9]|[2-9][0-9])[.b]'; then compressions="gzip:6 zstd:1"; fi

for run in $(seq "$runs"); do
  for database in large many; do
    for compression in $compressions; do
      rm -rf "$WORK/directory"
      measure "$database: pg_dump -Fd -j2 -Z $compression" "$WORK/directory" "$PG_BIN/pg_dump" -Fd -j2 -Z "$compression" -f "$WORK/directory" "$database"
      empty
      measure "$database: pg_restore -j2 of -Z $compression" "$WORK/nothing" "$PG_BIN/pg_restore" -j2 -d "$copy" "$WORK/directory"
    done
    rm -rf "$BACKUP_DIR"; "$holdfast" init -q >/dev/null
    export DATABASE_URL; DATABASE_URL=$(url "$database")
    measure "$database: holdfast dump backup --jobs 2, first" "$BACKUP_DIR" "$holdfast" dump backup -q --jobs 2
    empty
    measure "$database: holdfast dump restore --jobs 2" "$WORK/nothing" "$holdfast" dump restore latest -q --jobs 2 --url "$(url "$copy")"
    measure "$database: holdfast dump backup --jobs 2, nothing changed" "$BACKUP_DIR" "$holdfast" dump backup -q --jobs 2
    if [ "$database" = large ]; then
      sql -d large -c "UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE hashint4(aid + $run) % 100 = 0" -c "VACUUM pgbench_accounts"
      measure "large: holdfast dump backup --jobs 2, 1 % of rows changed" "$BACKUP_DIR" "$holdfast" dump backup -q --jobs 2
    fi
  done
done

echo "pgbench scale $SCALE, $TABLES small tables, $("$PG_BIN/postgres" --version); $(nproc) cores; median of $runs"
echo
echo "| case | wall s | tool CPU s | machine CPU s | max RSS MiB | stored MiB |"
echo "|---|---|---|---|---|---|"
cut -f1 "$table" | awk '!seen[$0]++' | while IFS= read -r label; do
  row="| $label |"
  for column in 2 3 4 5 6; do
    row="$row $(awk -F'\t' -v l="$label" -v c=$column '$1==l{print $c}' "$table" | sort -n | awk '{v[NR]=$1} END{print v[int((NR+1)/2)]}') |"
  done
  echo "$row"
done
