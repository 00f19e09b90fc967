#!/usr/bin/env bash
# Fetches what RegressionDatabaseTest needs: PostgreSQL's own regression tests, and the libraries that they load, built for the installed server.
#
#   system-tests/regression-source.sh DIRECTORY [MAJOR]      MAJOR is 15 by default
#   ./mvnw -Pthorough -Dholdfast.regression=DIRECTORY verify
#
# The source package comes from wherever this machine's apt gets its packages from; nothing is installed and nothing of apt's is changed.
# Needs apt, dpkg and gcc, and the server of that version.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,8s/^# \?//p' "$0" >&2; exit 2; }
mkdir -p "$1"; directory=$(cd "$1" && pwd); major=${2:-15}
command -v gcc >/dev/null || { echo "gcc is missing: apt-get install gcc libc6-dev" >&2; exit 2; }
version=$(dpkg-query -W -f '${Version}' "postgresql-$major") || { echo "apt-get install postgresql-$major" >&2; exit 2; }

# The machine's own list of places, asked for sources and packages alike.
apt=$directory/apt; mkdir -p "$apt/parts" "$apt/lists/partial" "$apt/cache/archives/partial"
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ ! -s "$file" ] || sed -E -n 's/^deb(-src)?( .*)/deb\2\ndeb-src\2/p' "$file" | sort -u > "$apt/parts/$(basename "$file" .list).list"
done
for file in /etc/apt/sources.list.d/*.sources; do
  [ ! -s "$file" ] || sed -E 's/^Types:.*/Types: deb deb-src/' "$file" > "$apt/parts/$(basename "$file")"
done
options=(-q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$apt/parts" -o Dir::State::lists="$apt/lists"
         -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root)
cd "$directory"
apt-get "${options[@]}" update
apt-get "${options[@]}" source --download-only "postgresql-$major=$version"
apt-get "${options[@]}" download "postgresql-server-dev-$major=$version"

rm -rf source headers lib; mkdir source headers lib
tar -xf postgresql-"$major"_*.orig.tar.* -C source --strip-components=1
dpkg-deb -x postgresql-server-dev-"$major"_*.deb headers
for library in src/test/regress/regress contrib/spi/refint contrib/spi/autoinc; do
  gcc -O1 -fPIC -shared -w -I "headers/usr/include/postgresql/$major/server" -I source/src/include -I source/src/test/regress \
    -o "lib/$(basename "$library").so" "source/$library.c"
done
rm -rf apt headers ./*.deb
chmod -R a+rX .
echo "$directory: regression tests of PostgreSQL $version"
