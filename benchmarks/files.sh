#!/usr/bin/env bash
# Side by side in one run: `holdfast files`, restic and borg on a made tree of files and, if asked for, on the source tree of the Linux kernel.
#
#   benchmarks/files.sh [FILES] [GIB]         default 200000 files, 10 GiB; prints Markdown tables of medians
#   benchmarks/files.sh 5000 0.3              a small one
#
# Once: benchmarks/peers.sh DIR (restic 0.18 and borg 1.4 of Debian 13), then PEERS=DIR (default /var/tmp/holdfast-peers).
# RUNS=3            how often everything is done; TOOLS="holdfast holdfast-unproved restic borg"
#                   holdfast-unproved does not read back what a backup stored (HOLDFAST_VERIFY_AFTER_BACKUP=never), as restic and borg do not
# KERNEL=FILE|DIR   linux-source-….tar.xz of Debian's package linux-source-6.1, or a directory; only that tree: KERNEL_ONLY=1
# HOLDFAST=…        the program (default: of this checkout, ./holdfast builds it); BORG_ENCRYPTION=repokey or repokey-blake2
# WORK=…            where all is made, on the disk to measure (default: a directory in /var/tmp); removed at the end unless KEEP=1
#
# Steps, each for all tools one after the other before the next begins, so that drift of the machine hits all; who begins changes with every run:
#   first       backup into a new repository
#   unchanged   the same again
#   changed     1 % of the files changed (MadeTree.java says how; other ones in each run)
#   restore     of the newest into an empty directory, and then `sync -f` of it, which is in the time: Holdfast has everything on the disk when it
#               ends, the others leave it to the system
# Before each step the disk is idle (sync) and what is going to be read is in the page cache. Every tool encrypts. In the first run each restored tree is
# compared with the source by `rsync -aHAXn --checksum --itemize-changes`.
set -euo pipefail
cd "$(dirname "$0")/.."
files=${1:-200000} gib=${2:-10}
RUNS=${RUNS:-3} TOOLS=${TOOLS:-holdfast holdfast-unproved restic borg} PEERS=${PEERS:-/var/tmp/holdfast-peers} JAVA=${JAVA:-java}
BORG_ENCRYPTION=${BORG_ENCRYPTION:-repokey}
read -r -a holdfast <<<"${HOLDFAST:-$PWD/distribution/target/holdfast/bin/holdfast}"
[ -n "${HOLDFAST:-}" ] || ./holdfast --version >/dev/null
for program in /usr/bin/time rsync; do command -v $program >/dev/null || { echo "$program is missing: apt-get install time rsync" >&2; exit 2; }; done
case "$TOOLS" in *restic* | *borg*) [ -x "$PEERS/bin/borg" ] || { echo "no peers in $PEERS: benchmarks/peers.sh $PEERS" >&2; exit 2; } ;; esac
mkdir -p "${WORK:-/var/tmp}"
WORK=$(mktemp -d "${WORK:-/var/tmp}/holdfast-bench.XXXXXX")
cleanup() {
  [ -z "${KEEP:-}" ] || return 0
  rm -rf "$WORK"
}
trap cleanup EXIT
table=$WORK/results.tsv
notes=()

export BACKUP_ENCRYPTION_KEY RESTIC_PASSWORD BORG_PASSPHRASE
BACKUP_ENCRYPTION_KEY=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
RESTIC_PASSWORD=$BACKUP_ENCRYPTION_KEY BORG_PASSPHRASE=$BACKUP_ENCRYPTION_KEY
# State of a user who has none yet: restic's cache, borg's caches and keys.
export HOME=$WORK/state XDG_CACHE_HOME=$WORK/state/cache XDG_CONFIG_HOME=$WORK/state/config BORG_BASE_DIR=$WORK/state/borg
unset HOLDFAST_CONFIG RESTIC_REPOSITORY BORG_REPO
repository() { echo "$WORK/repository/$1"; }

create() {
  case $1 in
    holdfast*) BACKUP_DIR=$(repository "$1") "${holdfast[@]}" init -q ;;
    restic) "$PEERS/bin/restic" -q -r "$(repository restic)" init ;;
    borg) "$PEERS/bin/borg" init -e "$BORG_ENCRYPTION" "$(repository borg)" ;;
  esac >/dev/null 2>&1
}
backup() { # tool, tree; restic and borg in their leanest way: no estimate of the size, no progress
  case $1 in
    holdfast) measured env BACKUP_DIR="$(repository "$1")" "${holdfast[@]}" files backup -q "$2" ;;
    holdfast-unproved) measured env HOLDFAST_VERIFY_AFTER_BACKUP=never BACKUP_DIR="$(repository "$1")" "${holdfast[@]}" files backup -q "$2" ;;
    restic) measured "$PEERS/bin/restic" -q -r "$(repository restic)" backup --no-scan "$2" ;;
    borg) measured "$PEERS/bin/borg" create -C zstd,1 "$(repository borg)::$step-$run" "$2" ;;
  esac
}
restore() {
  local to=$WORK/restored-$1
  case $1 in
    holdfast) measured env BACKUP_DIR="$(repository holdfast)" sh -c '"$@" && sync -f "$0"' "$to" "${holdfast[@]}" files restore latest --to "$to" -q ;;
    restic) measured sh -c '"$@" && sync -f "$0"' "$to" "$PEERS/bin/restic" -q -r "$(repository restic)" restore latest --target "$to" ;;
    borg) measured sh -c 'cd "$0" && "$@" && sync -f "$0"' "$to" "$PEERS/bin/borg" extract "$(repository borg)::changed-$run" ;;
  esac
}
measured() {
  sync
  /usr/bin/time -q -f '%e %U %S %M' -o "$WORK/time" "$@" >"$WORK/out" 2>&1 || { tail -n 20 "$WORK/out" >&2; echo "failed: $*" >&2; exit 1; }
}
stored() { find "$1" -type f -printf '%s\n' | awk '{sum += $1} END {printf "%.0f", sum}'; }
warm() { find "$1" -type f -print0 | xargs -0 -r cat >/dev/null; }
record() { # tree, tool, bytes stored before
  local wall user system rss
  read -r wall user system rss <"$WORK/time"
  awk -v OFS='\t' -v tree="$1" -v step="$step" -v tool="$2" -v wall="$wall" -v cpu="$user $system" -v rss="$rss" -v grown="$(($(stored "$(repository "$2")") - $3))" \
    'BEGIN { split(cpu, c, " "); print tree, step, tool, wall, c[1] + c[2], rss / 1024, grown / 1048576 }' >>"$table"
}

runs_of() { # tree's name, its directory
  local name=$1 tree=$2 tool before
  for run in $(seq "$RUNS"); do
    rm -rf "$WORK/repository" "$WORK/state"; mkdir -p "$WORK/repository" "$WORK/state"
    for tool in $order; do create "$tool"; done
    for step in first unchanged changed restore; do
      # A file that was written less than two seconds before a backup is read again by the next: nobody shall profit or suffer from that.
      [ $step != changed ] || { "$JAVA" benchmarks/MadeTree.java change "$tree" "$run"; sleep 3; }
      for tool in $order; do
        [ "$step $tool" != "restore holdfast-unproved" ] || continue
        before=$(stored "$(repository "$tool")")
        if [ $step = restore ]; then
          mkdir "$WORK/restored-$tool"; warm "$(repository "$tool")"
          restore "$tool"; record "$name" "$tool" "$before"
          [ "$run" != 1 ] || compare "$name" "$tool" "$tree"
        else
          warm "$tree"
          backup "$tool" "$tree"; record "$name" "$tool" "$before"
        fi
      done
    done
    # Only now: ext4 does not use the numbers of files again that were removed in the last half minute, and searches its tables for others, so
    # that whoever restores after somebody's tree was removed would pay for it.
    rm -rf "$WORK"/restored-*
    case $order in *" "*) order="${order#* } ${order%% *}" ;; esac
  done
}
compare() {
  rsync -aHAXn --checksum --itemize-changes "$3/" "$WORK/restored-$2$3/" >"$WORK/differences"
  notes+=("$1, $2: rsync names $(wc -l <"$WORK/differences") differences between what was restored and its source")
  [ ! -s "$WORK/differences" ] || { head -n 3 "$WORK/differences" >&2; [ "$2" != holdfast ] || { echo "restored and source differ" >&2; exit 1; }; }
}
medians() { # tree
  echo "| step | tool | wall s | min–max | CPU s | max RSS MiB | stored MiB |"
  echo "|---|---|---|---|---|---|---|"
  for step in first unchanged changed restore; do
    for tool in $TOOLS; do
      [ "$step $tool" != "restore holdfast-unproved" ] || continue
      awk -F'\t' -v t="$1" -v s=$step -v o="$tool" '$1 == t && $2 == s && $3 == o' "$table" | awk -F'\t' -v s=$step -v o="$tool" '
        function middle(column,   i, j, v, n, x) {
          for (i = 1; i <= NR; i++) v[i] = f[i, column]
          for (i = 2; i <= NR; i++) { x = v[i]; for (j = i - 1; j > 0 && v[j] > x; j--) v[j + 1] = v[j]; v[j + 1] = x }
          low = v[1]; high = v[NR]; return v[int((NR + 1) / 2)]
        }
        { for (c = 4; c <= 7; c++) f[NR, c] = $c + 0 }
        END { wall = middle(4); range = sprintf("%.2f–%.2f", low, high)
          printf "| %s | %s | %.2f | %s | %.2f | %.0f | %s |\n", s, o, wall, range, middle(5), middle(6), s == "restore" ? "–" : sprintf("%.2f", middle(7)) }'
    done
  done
}
ratios() { # the table that medians printed
  echo "| step | tool | wall ÷ faster peer | CPU ÷ restic | RSS ÷ restic | stored ÷ better peer |"
  echo "|---|---|---|---|---|---|"
  awk -F' *[|] *' 'NR > 2 { wall[$2, $3] = $4; cpu[$2, $3] = $6; rss[$2, $3] = $7; bytes[$2, $3] = $8; if (!($2 in seen)) { seen[$2] = 1; steps[++n] = $2 } }
    function less(a, b) { return a + 0 < b + 0 ? a : b }
    END { for (i = 1; i <= n; i++) { s = steps[i]; best = less(bytes[s, "restic"], bytes[s, "borg"])
      for (t = 1; t <= 2; t++) { tool = t == 1 ? "holdfast" : "holdfast-unproved"
        if ((s, tool) in wall) printf "| %s | %s | %.2f | %.2f | %.2f | %s |\n", s, tool, wall[s, tool] / less(wall[s, "restic"], wall[s, "borg"]), cpu[s, tool] / cpu[s, "restic"],
          rss[s, tool] / rss[s, "restic"], s == "restore" ? "–" : sprintf("%.3f", bytes[s, tool] / (best > 0.01 ? best : 0.01)) } } }'
}
report() { # tree's name, its directory
  echo
  echo "$1: $(find "$2" -type f | wc -l) files, $(($(stored "$2") / 1048576)) MiB; $(nproc) cores; median of $RUNS; borg with $BORG_ENCRYPTION"
  echo
  medians "$1" | tee "$WORK/medians"
  if [[ "$TOOLS" = *holdfast*restic*borg* ]]; then echo; ratios <"$WORK/medians"; fi
  rm -f "$WORK/medians"
}

: >"$table"
order=$TOOLS
if [ -z "${KERNEL_ONLY:-}" ]; then
  rm -rf "$WORK/tree"
  "$JAVA" benchmarks/MadeTree.java make "$WORK/tree" "$files" "$(awk -v g="$gib" 'BEGIN { printf "%d", g * 1073.741824 }')"
  runs_of made "$WORK/tree"
  report made "$WORK/tree"
  rm -rf "$WORK/tree"
fi
if [ -n "${KERNEL:-}" ]; then
  rm -rf "$WORK/kernel"; mkdir "$WORK/kernel"
  # A copy in both cases: 1 % of it is going to be changed.
  if [ -d "$KERNEL" ]; then cp -a "$KERNEL/." "$WORK/kernel/"; else tar -C "$WORK/kernel" --strip-components=1 -xf "$KERNEL"; fi
  runs_of kernel "$WORK/kernel"
  report kernel "$WORK/kernel"
fi
echo
printf -- '- %s\n' "${notes[@]}"
