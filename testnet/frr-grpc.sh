#!/usr/bin/env bash
# Builds the FRR of Debian 12 with its gRPC northbound, which Debian's own packages lack, from Debian's source package, and prints
# the folder, as testnet/debian-release.sh does. Nothing is installed: compilers and libraries are unpacked into a root
# directory, where it is built and where it runs. A few minutes, once per version of the source package.
#   usage: testnet/frr-grpc.sh
set -euo pipefail
cd "$(dirname "$0")/.."
release=bookworm
tools=(bash coreutils dash debianutils diffutils findutils gawk grep gzip hostname make patch sed tar
  gcc g++ libc6-dev bison flex autoconf automake libtool pkg-config perl python3 python3-dev)
libraries=(libc-ares-dev libcap-dev libelf-dev libjson-c-dev libpcre2-dev libreadline-dev libyang2-dev
  libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc)
left_out=(babeld bfdd bgp-vnc doc eigrpd fabricd isisd ldpd nhrpd ospfclient pathd pbrd pim6d pimd ripd ripngd vrrpd watchfrr)
libdir=/usr/lib/$(uname -m)-linux-gnu/frr

fail() {
  echo "testnet/frr-grpc.sh: could not build FRR with gRPC: $*" >&2
  exit 1
}

# In mounts and, for somebody who is not root, a user namespace of its own.
build_inside() {
  local root=$1 name
  mount --rbind /proc "$root/proc"
  mount --rbind /dev "$root/dev"
  cd "$root/build"
  while read -r name; do patch -sp1 <"debian/patches/$name"; done < <(grep -v '^#' debian/patches/series)
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin nice -n 10 chroot "$root" /bin/bash -euc "
    cd /build
    autoreconf -i
    ./configure -q --prefix=/usr --sbindir=/usr/lib/frr --sysconfdir=/etc/frr --localstatedir=/var/run/frr --libdir=$libdir \
      --with-moduledir=$libdir/modules --enable-user=frr --enable-group=frr --enable-vty-group=frrvty --enable-grpc \
      ${left_out[*]/#/--disable-}
    make -s -j2
    make -s install
    install -D --mode 644 grpc/frr-northbound.proto /usr/share/frr/frr-northbound.proto"
}

build() {
  local root=$1 sources=$2 link user=()
  # What Debian's packages make when they are installed.
  for link in sh:dash awk:gawk cc:gcc c++:g++ which:which.debianutils; do
    [[ -e $root/bin/${link%:*} || -e $root/usr/bin/${link%:*} ]] || ln -s "${link#*:}" "$root/usr/bin/${link%:*}"
  done
  for link in aclocal automake; do ln -sf "$(basename "$root/usr/bin/$link"-*)" "$root/usr/bin/$link"; done
  rm -rf "$root/build" && mkdir "$root/build"
  tar --extract --strip-components=1 --no-same-owner --directory "$root/build" --file "$sources"/frr_*.orig.tar.*
  tar --extract --no-same-owner --directory "$root/build" --file "$sources"/frr_*.debian.tar.*
  ((EUID == 0)) || user=(--user --map-root-user)
  unshare "${user[@]}" --mount --net "$0" --inside "$root" || return
  rm -rf "$root/build"
}

if [[ ${1:-} == --inside ]]; then
  build_inside "$2"
  exit
fi

sources=$(testnet/debian-release.sh "$release" --source frr)
version=$(<"$sources.version")
root=$(testnet/debian-release.sh "$release" frr-grpc "${tools[@]}" "${libraries[@]}")
exec 9>"$root.lock"
flock 9
if [[ ! -e $root/built-$version ]]; then
  build "$root" "$sources" >"$root.log" 2>&1 || fail "$(tail -n 1 "$root.log") (all of it in $root.log)"
  touch "$root/built-$version"
fi
echo "$version" >"$root.version"
echo "$root"
