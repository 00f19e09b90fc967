#!/usr/bin/env bash
# What one thread does in bytes per second, by JMH: cutting, hashing, compressing, sealing and all of it, each beside the bare functions of the JDK and zstd.
#
#   benchmarks/micro.sh [REGEX]               of names such as ProductChunk.seal; prints a Markdown table
#   QUICK=1 benchmarks/micro.sh               a tenth of the time, to see that it works
#
# JMH_OPTIONS="-f 2 -wi 5 -i 5 -w 1 -r 1" (this is the default, about 20 minutes) are given to JMH. BUILT=1 takes what an earlier run has built.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -n "${BUILT:-}" ] || ./mvnw -q -B -DskipTests -pl benchmarks -am package
own=benchmarks/target
for jdk in "${HOLDFAST_JDK:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*; do # as ./mvnw looks for it
  if [ -n "$jdk" ] && [ -x "$jdk/bin/javac" ] && grep -q '^JAVA_VERSION="25[."]' "$jdk/release" 2>/dev/null; then break; fi
done
path=$own/classes:$(cat $own/class.path)

# JMH makes the loops around the benchmarks from their sources. Not in the build: its sources need not keep our rules.
rm -rf $own/jmh; mkdir -p $own/jmh
"$jdk/bin/javac" -nowarn -Xlint:none -proc:full -processor org.openjdk.jmh.generators.BenchmarkProcessor -cp "$path" -d $own/jmh \
  $(find benchmarks/src/main/java -name '*.java' ! -name package-info.java)

[ -z "${QUICK:-}" ] || JMH_OPTIONS=${JMH_OPTIONS:--f 1 -wi 2 -i 2 -w 400ms -r 300ms}
read -r -a time <<<"${JMH_OPTIONS:--f 2 -wi 5 -i 5 -w 1 -r 1}"
"$jdk/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -cp "$own/jmh:$path" org.openjdk.jmh.Main "${1:-.*}" -bm thrpt -tu s -t 1 \
  -jvmArgs "-Xmx1g -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow" \
  -rf csv -rff $own/micro.csv -o $own/micro.log "${time[@]}" || { tail -n 20 $own/micro.log >&2; exit 1; }

echo "$(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $("$jdk/bin/java" --version | sed -n 2p); one thread, JMH ${time[*]}"
echo
# "Benchmark","Mode","Threads","Samples","Score","Score Error (99.9%)","Unit","Param: bytes","Param: content"
tr -d '"\r' <$own/micro.csv | awk -F, '
  function rate(name) { return name in score ? sprintf("%.2f", score[name] / 1e9) : "–" }
  NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
  { n = split($1, part, "."); bytes = $column["Param: bytes"]
    row = part[n] "|" bytes "|" $column["Param: content"]; name = (part[n - 1] ~ /^Product/ ? "product" : "bare") "|" row
    score[name] = $5 * bytes; error[name] = $6 ~ /^[0-9.]+$/ ? sprintf("%.0f", 100 * $6 / $5) : "–"; if (!(row in seen)) { seen[row] = 1; rows[++count] = row } }
  END {
    print "| what | bytes | content | Holdfast GB/s | bare GB/s | of it | ± % |"; print "|---|---|---|---|---|---|---|"
    order = "copy sha256 hash compress encrypt seal open cut cutAndHash pipeline"; steps = split(order, step, " ")
    for (s = 1; s <= steps; s++) for (i = 1; i <= count; i++) {
      split(rows[i], key, "|"); if (key[1] != step[s]) continue
      product = "product|" rows[i]; bare = "bare|" rows[i]; both = (product in score) && (bare in score)
      printf "| %s | %d | %s | %s | %s | %s | %s |\n", key[1], key[2], key[3], rate(product), rate(bare), both ? sprintf("%.2f", score[product] / score[bare]) : "–",
        (product in score) ? error[product] : error[bare] } }'
