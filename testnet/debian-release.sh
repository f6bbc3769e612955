#!/usr/bin/env bash
# Unpacks a package of another Debian release, with all that it needs, into .cache/ and prints the folder: what is in it runs
# there as root directory, and is never installed. The file FOLDER.version has the package's version. apt works on lists and a
# status of its own, from the mirror that this machine's own sources name, and checks signatures as ever.
#   usage: testnet/debian-release.sh RELEASE PACKAGE            e.g. sid gobgpd
#          testnet/debian-release.sh RELEASE NAME PACKAGE…      several, into a folder of that name
#          testnet/debian-release.sh RELEASE --source PACKAGE   the files of a source package
set -euo pipefail
cd "$(dirname "$0")/.."
release=${1:?usage: testnet/debian-release.sh RELEASE PACKAGE}
package=${2:?usage: testnet/debian-release.sh RELEASE PACKAGE}
shift 2
packages=("${@:-$package}")
folder=$package
[[ $package != --source ]] || folder=${packages[0]}-source
apt=$PWD/.cache/debian/$release/apt
root=$PWD/.cache/debian/$release/$folder

fail() {
  echo "testnet/debian-release.sh: could not get ${packages[*]} of Debian $release: $*" >&2
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
  local kind=deb
  [[ $package != --source ]] || kind=deb-src
  echo "$kind [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $from $release main" >"$apt/sources.list"
  own_apt update >"$apt/log" 2>&1 || fail "$(tail -n 1 "$apt/log") (all of it in $apt/log)"
}

unpack() {
  local partial=$root.partial
  rm -rf "$partial" && mkdir -p "$partial"/{debs/partial,root}
  own_apt install -y --no-install-recommends --download-only -o Dir::Cache::archives="$partial/debs" "${packages[@]}" \
    >"$apt/log" 2>&1 || fail "$(tail -n 1 "$apt/log") (all of it in $apt/log)"
  local deb own
  for deb in "$partial"/debs/*.deb; do dpkg-deb -x "$deb" "$partial/root"; done
  # What Debian makes at installation: the old names of directories, and where the machine's own are shown.
  for own in bin sbin lib lib64; do [[ -e $partial/root/$own ]] || ln -s "usr/$own" "$partial/root/$own"; done
  mkdir -p "$partial"/root/{proc,dev,run,etc,var,tmp}
  dpkg-deb -f "$partial/debs/${packages[0]}"_*.deb Version >"$root.version"
}

download_source() {
  local partial=$root.partial
  rm -rf "$partial" && mkdir -p "$partial/root"
  (cd "$partial/root" && own_apt source --download-only "${packages[0]}") >"$apt/log" 2>&1 ||
    fail "$(tail -n 1 "$apt/log") (all of it in $apt/log)"
  awk '$1 == "Version:" { print $2; exit }' "$partial"/root/*.dsc >"$root.version"
}

mkdir -p .cache/debian
exec 9>.cache/debian/lock
flock 9
if [[ ! -d $root ]]; then
  update
  if [[ $package == --source ]]; then download_source; else unpack; fi
  # In one step: a folder that exists is whole.
  mv "$root.partial/root" "$root"
  rm -rf "$root.partial"
fi
echo "$root"
