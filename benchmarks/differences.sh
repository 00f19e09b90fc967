#!/usr/bin/env bash
# What the second and third backup of a large file store when a little changed everywhere, with differences and without.
#
#   benchmarks/differences.sh [MEGABYTES]     default 200; prints a Markdown table; KINDS="rows image" does only these
#
# Needs GNU time, a JDK 25 as `java` (or JAVA=…), and ./holdfast built (or HOLDFAST=…). Everything is made under WORK (default: a directory in
# /var/tmp) and removed at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
megabytes=${1:-200}
JAVA=${JAVA:-java}
WORK=${WORK:-$(mktemp -d /var/tmp/holdfast-bench.XXXXXX)}
read -r -a holdfast <<<"${HOLDFAST:-$PWD/distribution/target/holdfast/bin/holdfast}"
command -v /usr/bin/time >/dev/null || { echo "GNU time is missing: apt-get install time" >&2; exit 2; }
trap 'rm -rf "$WORK"' EXIT
mkdir -p "$WORK/source"
export BACKUP_ENCRYPTION_KEY; BACKUP_ENCRYPTION_KEY=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')

echo "| file of $megabytes MB | differences | first stores MiB | second | of the first | third | CPU s of the second |"
echo "|---|---|---|---|---|---|---|"
for kind in ${KINDS:-rows moved inserted image}; do
  for mode in yes no; do
    option=(); [ $mode = yes ] || option=(--no-differences)
    export BACKUP_DIR=$WORK/repository
    rm -rf "$BACKUP_DIR"
    "${holdfast[@]}" init -q >/dev/null
    sizes=(0)
    for version in 0 1 2; do
      "$JAVA" benchmarks/MadeFiles.java "$WORK/source/file" "$megabytes" $kind $version
      /usr/bin/time -f '%U %S' -o "$WORK/time$version" "${holdfast[@]}" files backup -q "$WORK/source" "${option[@]}" >/dev/null
      sizes+=("$(du -sb "$BACKUP_DIR" | cut -f1)")
    done
    awk -v k="$kind" -v m="$mode" -v a="${sizes[1]}" -v b="${sizes[2]}" -v c="${sizes[3]}" -v t="$(cat "$WORK/time1")" 'BEGIN {
      split(t, cpu, " ")
      printf "| %s | %s | %.1f | %.2f | %.4f | %.2f | %.2f |\n", k, m, a/1048576, (b-a)/1048576, (b-a)/a, (c-b)/1048576, cpu[1]+cpu[2] }'
  done
done
