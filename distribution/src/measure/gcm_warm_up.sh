#!/bin/sh
# Does an AOT cache with profiles help AES-GCM of a fresh process? gcm_warm_up.sh [RUNS]; needs JAVA_HOME (a JDK 25).
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"$JAVA_HOME/bin/javac" -d . "$here/GcmWarmUp.java"
"$JAVA_HOME/bin/jar" --create --file gcm.jar GcmWarmUp.class
java() { "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xms16m -Xmx160m -Xlog:disable -cp gcm.jar "$@"; }
train() { # NAME ARGUMENT...
  cache=$1
  shift
  java -XX:AOTMode=record -XX:AOTConfiguration="$cache.conf" GcmWarmUp "$@" >/dev/null
  java -XX:AOTMode=create -XX:AOTConfiguration="$cache.conf" -XX:AOTCache="$cache.aot" >/dev/null
}
train many-small 16384 16384 64 4096 16384
train few-large 1048576 1048576 256 16 0
run=0
while [ $run -lt "${1:-3}" ]; do
  run=$((run + 1))
  for case in "16384 16384 256 16 0" "1048576 1048576 256 16 0" "1048576 16384 256 16 0" "1048576 4096 256 16 0" "1048576 1048576 256 1024 6000" "1048576 4096 256 1024 6000"; do
    # message, slice, MiB, warm-up bytes and count
    # shellcheck disable=SC2086 # words
    for cache in none many-small few-large; do
      option=-XX:AOTMode=off
      if [ $cache != none ]; then option=-XX:AOTCache=$cache.aot; fi
      printf '%-28s cache %-10s %s\n' "$case" $cache "$(java $option GcmWarmUp $case)"
    done
  done
done
