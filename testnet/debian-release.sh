#!/usr/bin/env bash
# Unpacks a package of another Debian release into .cache/ and prints the folder; installs nothing. apt works on lists and
# a status of its own, from the mirror that this machine's own sources name, and checks signatures as ever.
#   usage: testnet/debian-release.sh RELEASE PACKAGE        e.g. sid gobgpd
set -euo pipefail
cd "$(dirname "$0")/.."
release=${1:?usage: testnet/debian-release.sh RELEASE PACKAGE}
package=${2:?usage: testnet/debian-release.sh RELEASE PACKAGE}
apt=$PWD/.cache/debian/$release/apt
root=$PWD/.cache/debian/$release/$package

fail() {
  echo "testnet/debian-release.sh: could not get $package of Debian $release: $*" >&2
  exit 1
}

mirror() {
  local codename
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(CODENAME)' 'Created-By: Packages' |
    awk -v name="$codename" '$2 == name || $3 == name { print $1; exit }'
}

# apt with nothing of this machine but its proxy and its keys: no sources, lists, packages, hooks of the host.
own_apt() {
  apt-get -q \
    -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- -o Dir::Etc::preferencesparts=- \
    -o Dir::State="$apt/state" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" \
    -o Dir::Etc::preferences=- -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none \
    -o Acquire::Retries=2 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 "$@"
}

update() {
  local from
  from=$(mirror)
  [[ -n $from ]] || fail "this machine's apt names no mirror of its own Debian release; add one to its sources"
  mkdir -p "$apt"/{state/lists/partial,cache/archives/partial}
  : >"$apt/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $from $release main" >"$apt/sources.list"
  own_apt update >"$apt/log" 2>&1 || fail "$(tail -n 1 "$apt/log") (all of it in $apt/log)"
}

unpack() {
  local partial=$root.partial
  rm -rf "$partial" && mkdir -p "$partial"
  (cd "$partial" && own_apt download "$package") >"$apt/log" 2>&1 ||
    fail "$(tail -n 1 "$apt/log") (all of it in $apt/log)"
  dpkg-deb -x "$partial"/*.deb "$partial/root"
  # In one step: a folder that exists is whole.
  mv "$partial/root" "$root"
  rm -rf "$partial"
}

mkdir -p .cache/debian
exec 9>.cache/debian/lock
flock 9
if [[ ! -d $root ]]; then
  update
  unpack
fi
echo "$root"
