#!/usr/bin/env bash
# Unpacks restic 0.18 and borg 1.4 of Debian 13 (trixie) with all that they need into a directory, for files.sh:
#
#   benchmarks/peers.sh DIR                   afterwards DIR/bin/restic and DIR/bin/borg
#
# Nothing is installed, mounted or run as root: packages are downloaded with apt from the Debian mirror that this machine uses already (or
# MIRROR=…), checked with Debian's keys and unpacked; programs run with the loader and the libraries in DIR. To undo it, remove DIR.
# Needs apt, dpkg and debian-archive-keyring, as every Debian or Ubuntu has (Ubuntu: MIRROR=… and apt-get install debian-archive-keyring).
set -euo pipefail
[ $# = 1 ] || { echo "usage: benchmarks/peers.sh DIR" >&2; exit 2; }
mkdir -p "$1"; dir=$(cd "$1" && pwd)
MIRROR=${MIRROR:-$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -E '/debian/?$' | sort -u | head -n 1)}
[ -n "$MIRROR" ] || { echo "no Debian mirror in apt's sources: set MIRROR" >&2; exit 2; }
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r $keyring ] || { echo "Debian's keys are missing: apt-get install debian-archive-keyring" >&2; exit 2; }

apt=$dir/apt
mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/etc/preferences.d"
: >"$apt/status"
echo "deb [signed-by=$keyring] $MIRROR trixie main" >"$apt/sources.list"
own=(-o Dir::Etc="$apt/etc" -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State="$apt"
  -o Dir::State::lists="$apt/lists" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt" -o Dir::Cache::archives="$apt/archives"
  -o APT::Sandbox::User= -o Acquire::Languages=none -o Debug::NoLocking=1 -qq)
apt-get "${own[@]}" update
# An empty status file: apt takes nothing for installed and downloads all that these two need.
apt-get "${own[@]}" -y --no-install-recommends --download-only install restic borgbackup >/dev/null
# As Debian 13 lays it out: /lib and the like are links into /usr.
mkdir -p "$dir/usr/lib" "$dir/usr/lib64" "$dir/usr/bin" "$dir/usr/sbin" "$dir/bin"
for link in lib lib64 sbin; do ln -sfn "usr/$link" "$dir/$link"; done
for package in "$apt"/archives/*.deb; do dpkg-deb --fsys-tarfile "$package" | tar -C "$dir" -xf - --keep-directory-symlink --no-same-owner; done
rm -rf "$apt"

libraries=$(find "$dir/usr/lib" -name 'libc.so.6' -printf '%h\n' | head -n 1)
loader=$(find "$dir/usr/lib64/" "$libraries" -name 'ld-linux-*.so.*' | head -n 1)
python=$(find "$dir/usr/bin" -name 'python3.[0-9]*' -type f | head -n 1)
cat >"$dir/bin/restic" <<S
#!/bin/sh
exec '$loader' --library-path '$libraries' '$dir/usr/bin/restic' "\$@"
S
cat >"$dir/bin/borg" <<S
#!/bin/sh
export PYTHONHOME='$dir/usr' PYTHONNOUSERSITE=1
exec '$loader' --library-path '$libraries' '$python' '$dir/usr/bin/borg' "\$@"
S
chmod 755 "$dir/bin/restic" "$dir/bin/borg"
"$dir/bin/restic" version
"$dir/bin/borg" --version
