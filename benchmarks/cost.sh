#!/usr/bin/env bash
# What a repository of many databases holds beside the data, measured at a few sizes, and what a bucket would cost by extrapolation.
#
#   benchmarks/cost.sh                        CASES="1x1000 1x5000 10x1000": databases x MB of each; prints Markdown tables
#   CASES="1x100 1x300 3x100" benchmarks/cost.sh      a small one
#
# Each case is a repository in a directory: every database is a cluster of its own, backed up, 1 % of its rows changed, backed up again. What the
# three cases hold gives three unknowns: what there is once, for each database, and for each gigabyte.
#
# The target: TERABYTES=100 in DATABASES=10000, a backup of each every day, KEEP=30 of them, WAL_GB=1 of WAL a day and database, REPOSITORY=100
# databases in one repository. Requests that only a server sees are those of docs/costs.md: GETS=23, GETS_MORE=4 for each backup that is stored, LISTS=13,
# HEADS=7; PRUNE_PUTS=7 PRUNE_GETS=229 PRUNE_LISTS=67 for one prune a day and repository.
# Prices in dollars: GB_MONTH=0.023, PUT_1000=0.005 (LIST too), GET_1000=0.0004 (HEAD too). They are Amazon's list prices of S3 Standard in us-east-1 up to
# 50 TB, as they have stood for years, without tax and transfer: replace them by yours.
#
# Needs Debian's PostgreSQL 15 (or PG_BIN=…) and ./holdfast built (or HOLDFAST=…). Everything is made under WORK (default: a directory in /var/tmp) and
# removed at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
CASES=${CASES:-1x1000 1x5000 10x1000} PG_BIN=${PG_BIN:-/usr/lib/postgresql/15/bin}
read -r -a holdfast <<<"${HOLDFAST:-$PWD/distribution/target/holdfast/bin/holdfast}"
[ -n "${HOLDFAST:-}" ] || ./holdfast --version >/dev/null
WORK=$(mktemp -d "${WORK:-/var/tmp}/holdfast-bench.XXXXXX")
port=${PORT:-54398}
chmod 755 "$WORK"
if [ "$(id -u)" = 0 ]; then
  as_server() { runuser -u postgres -- "$@"; }
  chown postgres "$WORK"
else
  as_server() { "$@"; }
fi
cleanup() {
  as_server "$PG_BIN/pg_ctl" -s -D "$WORK/data" -m immediate stop 2>/dev/null || true
  rm -rf "$WORK"
}
trap cleanup EXIT
export BACKUP_ENCRYPTION_KEY DATABASE_URL="postgresql://postgres@127.0.0.1:$port/postgres" BACKUP_DIR=$WORK/repository
BACKUP_ENCRYPTION_KEY=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
sql() { "$PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U postgres -d postgres "$@"; }

database() { # number, MB: rows of about 130 bytes that compress 3:1, in every database other ones
  rm -rf "$WORK/data"
  as_server "$PG_BIN/initdb" -D "$WORK/data" --data-checksums -U postgres -A trust --locale=C.UTF-8 -E UTF8 >/dev/null
  printf '%s\n' "port = $port" "listen_addresses = '127.0.0.1'" "unix_socket_directories = '$WORK'" "max_wal_size = 4GB" "autovacuum = off" "fsync = off" \
    "shared_buffers = 256MB" >>"$WORK/data/postgresql.conf"
  as_server "$PG_BIN/pg_ctl" -s -D "$WORK/data" -l "$WORK/log" -w start
  sql -c "CREATE TABLE orders AS SELECT n AS id, n % 977 AS branch, md5(($1 * 1000000007::bigint + n)::text) || ' order ' || (n % 9973) || ' of customer ' || (n * 7 % 100003) || ' paid' AS note
      FROM generate_series(1, ($2 * 7500)::bigint) n" -c "ALTER TABLE orders ADD PRIMARY KEY (id)" -c "VACUUM" -c CHECKPOINT
}
change() { # 1 % of the rows, in blocks of their own
  sql -c "UPDATE orders SET note = 'x' || note WHERE id / 60 % 100 = 7" -c CHECKPOINT
}
# What is in the repository: objects, bytes of data packs, of metadata packs, of index objects, of WAL, of the rest. Byte 64 of a pack says what it is.
content() {
  find "$BACKUP_DIR" -type f -printf '%P\t%s\n' | while IFS=$'\t' read -r name size; do
    case $name in
      packs/*) if [ "$(tail -c +65 "$BACKUP_DIR/$name" | head -c 1 | od -An -tu1 | tr -d ' ')" = 1 ]; then echo data "$size"; else echo metadata "$size"; fi ;;
      idx/*) echo index "$size" ;;
      wal/*) echo wal "$size" ;;
      *) echo rest "$size" ;;
    esac
  done 2>/dev/null | awk '{ n++; sum[$1] += $2 } END { printf "%d %.0f %.0f %.0f %.0f %.0f\n", n, sum["data"], sum["metadata"], sum["index"], sum["wal"], sum["rest"] }'
}

table=$WORK/cases
for case in $CASES; do
  databases=${case%x*} megabytes=${case#*x}
  rm -rf "$BACKUP_DIR"; "${holdfast[@]}" init -q >/dev/null
  logical=0; first="0 0 0 0 0 0"; second="0 0 0 0 0 0"; before=$(content)
  for number in $(seq "$databases"); do
    database "$number" "$megabytes"
    logical=$((logical + $(du -sb --exclude=pg_wal "$WORK/data" | cut -f 1)))
    for which in first second; do
      [ $which = first ] || change
      "${holdfast[@]}" backup -q --source "db$number" >/dev/null
      after=$(content)
      declare "$which=$(echo "${!which} $before $after" | awk '{ for (i = 1; i <= 6; i++) printf "%.0f ", $i + $(12 + i) - $(6 + i) }')"
      before=$after
    done
    as_server "$PG_BIN/pg_ctl" -s -D "$WORK/data" -m immediate stop
  done
  echo "$databases $logical $first $second" >>"$table"
done

awk -v terabytes="${TERABYTES:-100}" -v databases="${DATABASES:-10000}" -v keep="${KEEP:-30}" -v wal="${WAL_GB:-1}" -v per="${REPOSITORY:-100}" \
  -v gets="${GETS:-23}" -v more="${GETS_MORE:-4}" -v lists="${LISTS:-13}" -v heads="${HEADS:-7}" \
  -v pruneputs="${PRUNE_PUTS:-7}" -v prunegets="${PRUNE_GETS:-229}" -v prunelists="${PRUNE_LISTS:-67}" \
  -v month="${GB_MONTH:-0.023}" -v put="${PUT_1000:-0.005}" -v get="${GET_1000:-0.0004}" -f benchmarks/cost.awk "$table"
