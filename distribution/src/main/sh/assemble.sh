#!/bin/sh
# Puts the distribution together from what Maven gathered. Run by Maven in the phase `package`; arguments:
#   JAVA_HOME  target folder  version  start of the build (UTC, yyyyMMddHHmm.ss)
# Expects in the target folder: class.path (run-time jars, one line), server.path (the same with those of the server), this module's
# jar and classes, postgres/ (one .txz).
# Makes there: holdfast/ and holdfast-VERSION-linux-x86_64.tar.gz. Steps whose inputs did not change are skipped.
set -eu
LC_ALL=C
TZ=UTC0
export LC_ALL TZ
umask 022
java_home=$1 target=$2 version=$3 build_start=$4
module=$(CDPATH='' cd -- "$(dirname -- "$0")/../../.." && pwd)
archive=holdfast-$version-linux-x86_64.tar.gz
scripts=$module/../scripts/backup
script_files=$(cd "$scripts" && ls -d .env.example README.md ./*.sh scripts/*.sh cron/*.sh monitoring/*.sh config/*.example)
cd "$target"

# Found by jdeps (DistributionTest checks that nothing is missing), except for what is looked up by name at run time:
# jdk.net and java.security.sasl by drivers, jdk.zipfs by file system providers, jdk.crypto.ec for compatibility. java.desktop has
# java.beans, without which Spring does not start, and java.instrument what it looks for; ServeTest starts the server.
modules=java.base,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.rmi,java.security.jgss,java.security.sasl,java.sql,java.xml
modules=$modules,jdk.crypto.ec,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs
link_options="--add-modules $modules --strip-debug --no-header-files --no-man-pages"

note() { echo "distribution: $*"; }

# Names and contents of files, not their times.
digest() { find "$@" -type f -exec cksum {} + | sort -k3 | cksum; }

# True when NAME was last made from other inputs than KEY: changed NAME KEY
changed() { [ "$(cat "$1.key" 2>/dev/null || true)" != "$2" ]; }

link_runtime() {
  key=$(cat "$java_home/release" && echo "$link_options")
  changed runtime "$key" || return 0
  note "linking the Java runtime"
  rm -rf runtime runtime.key
  # shellcheck disable=SC2086 # options are words
  "$java_home/bin/jlink" $link_options --output runtime
  echo "$key" >runtime.key
}

gather_jars() {
  rm -rf jars server-jars
  mkdir jars server-jars
  IFS=:
  set -f
  # shellcheck disable=SC2046 # split at the colons
  cp -p $(cat class.path) jars/
  for jar in $(cat server.path); do
    [ -e "jars/${jar##*/}" ] || cp -p "$jar" server-jars/
  done
  set +f
  unset IFS
  cp -p ./holdfast-distribution-*.jar jars/
}

trim_jars() {
  key=$(digest jars server-jars classes)
  changed trimmed "$key" || return 0
  rm -rf trimmed legal native trimmed.key
  mkdir trimmed legal native
  for tool in "JarTrimmer jars trimmed linux/amd64/.*" "LicenceTexts jars legal" "LicenceTexts server-jars legal"; do
    # shellcheck disable=SC2086 # a class and its arguments
    "$java_home/bin/java" -Xshare:auto -XX:TieredStopAtLevel=1 -cp classes io.holdfast.distribution.assembly.$tool
  done
  (cd native && "$java_home/bin/jar" --extract --file ../trimmed/zstd-jni-*.jar linux/amd64)
  echo "$key" >trimmed.key
}

# By name: whoever used the scripts in the checkout has keys and settings beside them.
stage_scripts() {
  for file in $script_files; do
    to=staging/holdfast/scripts/backup/$file
    mkdir -p "${to%/*}"
    cp "$scripts/$file" "$to"
  done
}

# Everything but the AOT cache, in staging/holdfast.
stage() {
  rm -rf staging
  mkdir -p staging/holdfast/bin staging/holdfast/lib/native staging/holdfast/lib/postgres staging/holdfast/lib/server
  cp -R runtime staging/holdfast/runtime
  cp trimmed/*.jar "$module/src/main/sh/java.options" staging/holdfast/lib/
  cp server-jars/*.jar staging/holdfast/lib/server/
  cp native/linux/amd64/*.so staging/holdfast/lib/native/
  cp postgres/postgres-linux-x86_64.txz staging/holdfast/lib/postgres/postgres-18-linux-x86_64.txz
  cp -R "$module/src/dist/." staging/holdfast/
  cp -R "$module/../reader" staging/holdfast/reader
  stage_scripts
  cp legal/* staging/holdfast/legal/
  cp "$module/../LICENSE" staging/holdfast/LICENSE
  # The program's own jars come first on the class path; the order is the same for training and for every start.
  class_path=
  for jar in trimmed/holdfast-*.jar trimmed/*.jar; do
    case $class_path: in
      *"/${jar#trimmed/}:"*) ;;
      *) class_path=$class_path:\$holdfast_lib/${jar#trimmed/} ;;
    esac
  done
  class_path=${class_path#:}
  zstd=$(basename native/linux/amd64/*.so)
  sed "s#@CLASS_PATH@#$class_path#; s#@ZSTD@#$zstd#" "$module/src/main/sh/holdfast" >staging/holdfast/bin/holdfast
  find staging/holdfast -type f -exec chmod 644 {} +
  find staging/holdfast/scripts -name '*.sh' -exec chmod 755 {} +
  chmod 755 staging/holdfast/bin/holdfast staging/holdfast/runtime/bin/* staging/holdfast/runtime/lib/jspawnhelper
  ln -s bin/holdfast staging/holdfast/holdfast
}

# The cache goes with exactly these jars. The Java machine does not notice when one of them is exchanged later, so jars and cache are
# made together and put in place together.
train() {
  note "training the AOT cache"
  lib=staging/holdfast/lib
  rm -rf training
  mkdir training
  training_java -XX:AOTMode=record io.holdfast.distribution.Training training
  training_java -XX:AOTMode=create -XX:AOTCache=$lib/holdfast.aot
}

# training_java OPTION... [CLASS ARGUMENT...]
training_java() {
  training_class_path=$(holdfast_lib=$lib && eval "echo \"$class_path\"")
  if ! env -i LC_ALL=C.UTF-8 "HOLDFAST_PASSWORD=only for the training run" staging/holdfast/runtime/bin/java "@$lib/java.options" -XX:AOTConfiguration=training/configuration \
    "-DZstdNativePath=$PWD/$lib/native/$zstd" "-Djava.io.tmpdir=$PWD/training" -cp "$training_class_path" "$@" >>training/log 2>&1; then
    echo "distribution: training the AOT cache failed; the end of $PWD/training/log:" >&2
    tail -20 training/log >&2
    exit 1
  fi
}

pack() {
  note "packing $archive"
  find staging/holdfast -exec touch -h -t 202001010000.00 {} +
  rm -f ./holdfast-*.tar.gz
  tar --create --format=gnu --sort=name --owner=0 --group=0 --numeric-owner --directory=staging \
    --transform="flags=rSH;s#^holdfast#holdfast-$version#" holdfast | gzip -n -6 >"$archive.part"
  mv "$archive.part" "$archive"
}

link_runtime
gather_jars
trim_jars
# shellcheck disable=SC2086 # names are words
key=$(cat runtime.key trimmed.key && echo "$version" && (cd "$scripts" && cksum $script_files) &&
  digest native postgres "$module/src/main/sh" "$module/src/dist" "$module/../reader" "$module/../LICENSE")
if [ ! -d holdfast ] || [ ! -f "$archive" ] || changed distribution "$key"; then
  rm -f distribution.key
  stage
  train
  pack
  rm -rf outdated
  if [ -e holdfast ]; then mv holdfast outdated; fi
  mv staging/holdfast holdfast
  rm -rf outdated staging training
  echo "$key" >distribution.key
fi
# Sources newer than this are not in the distribution; ./holdfast asks for it.
touch -t "$build_start" built
