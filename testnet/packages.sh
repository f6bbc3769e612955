#!/usr/bin/env bash
# Installs what the demo and the lab tests run and this machine lacks, without starting or enabling any service.
# Nothing missing: silent and instant. Killed half-way: the next run finishes the work.
set -euo pipefail
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# program, Debian package, what for
needs() {
  cat <<'LIST'
gobgpd   gobgpd      the routing daemon beside each service in the lab, which vipcast tells what to announce
gobgp    gobgpd      the routing daemon beside each service in the lab, which vipcast tells what to announce
bird     bird2       the upstream router of the lab
birdc    bird2       the upstream router of the lab
ip       iproute2    addresses, routes and links of the lab, and vipcast's own way to the kernel
ss       iproute2    addresses, routes and links of the lab, and vipcast's own way to the kernel
curl     curl        the client of the lab
vtysh    frr         the routing daemons of hosts that run FRR, which vipcast tells what to announce: BGP and OSPF
dbus-daemon dbus-daemon the message bus of the tests of systemd checks
openssl  openssl     certificates for the tests of TLS
sysctl   procps      kernel settings of the lab's nodes
unshare  util-linux  the namespaces that the lab is made of
nsenter  util-linux  the namespaces that the lab is made of
setpriv  util-linux  ends the lab with the program that started it
mount    mount       file systems of the lab's nodes
hostname hostname    names of the lab's nodes
fping    fping       echoes for checks of type ping
ocf-tester resource-agents the judge of the resource agent for Pacemaker clusters
xmllint  libxml2-utils reads that agent's description of itself for ocf-tester
perl     perl-base   makes the files of the machine read-only in the lab, and reads BGP from its wire
arping   iputils-arping asks by ARP in the lab, to see who answers
nft      nftables    routers of the lab that keep connections on their path
LIST
}

packages=()
reasons=()

want() {
  local package=$1 reason=$2
  [[ " ${packages[*]} " == *" $package "* ]] && return
  packages+=("$package")
  reasons+=("$(printf '  %-11s %s' "$package" "$reason")")
}

# Unlike `command -v`, takes no file that can't be executed.
has() {
  local directory IFS=:
  for directory in $PATH; do
    [[ -f $directory/$1 && -x $directory/$1 ]] && return
  done
  return 1
}

# A program may be there while its package was never configured, when an earlier run was killed.
unfinished() {
  has dpkg-query || return 0
  local names
  mapfile -t names < <(needs | awk '{ print $2 }' | sort -u)
  { dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${names[@]}" 2>/dev/null || true; } |
    awk '$1 ~ /^(unpacked|half-|triggers-)/ { print $2 }'
}

find_missing() {
  packages=() reasons=()
  local program package reason left
  left=$(unfinished)
  while read -r program package reason; do
    if [[ $'\n'$left$'\n' == *$'\n'$package$'\n'* ]] || ! has "$program"; then
      want "$package" "$reason"
    fi
  done < <(needs)
}

fail() {
  printf 'packages.sh: %s\n' "$1" >&2
  exit 1
}

# The scripts of a package start, enable and link its services through these four programs alone. In a mount namespace of
# our own they are covered by tamer ones; the machine's own files, an existing policy-rc.d included, are never written,
# and when this process dies, however it dies, the covers are gone with the namespace.
cover_service_helpers() {
  mount -t tmpfs -o mode=755 tmpfs /mnt
  cp /usr/sbin/update-rc.d /usr/bin/deb-systemd-helper /mnt/
  printf '#!/bin/sh\nexit 0\n' >/mnt/start-nothing
  # A package that was here before keeps its state: only what was never enabled or disabled counts as disabled.
  cat >/mnt/enable-nothing <<'SH'
#!/bin/sh
for last; do :; done
case " $* " in
*' was-enabled '*) [ -e "/var/lib/systemd/deb-systemd-helper-enabled/$last.dsh-also" ] || exit 1 ;;
esac
exec perl /mnt/deb-systemd-helper "$@"
SH
  cat >/mnt/link-nothing <<'SH'
#!/bin/sh
[ "$2" != defaults ] || { name=$1; shift 2; set -- "$name" defaults-disabled "$@"; }
exec perl /mnt/update-rc.d "$@"
SH
  chmod 755 /mnt/*-nothing
  mount --bind /mnt/start-nothing /usr/sbin/invoke-rc.d
  mount --bind /mnt/start-nothing /usr/bin/deb-systemd-invoke
  mount --bind /mnt/enable-nothing /usr/bin/deb-systemd-helper
  mount --bind /mnt/link-nothing /usr/sbin/update-rc.d
}

apt() {
  # needrestart, where installed, would restart services of others.
  NEEDRESTART_SUSPEND=1 DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@"
}

install_covered() {
  cover_service_helpers
  export DEBIAN_FRONTEND=noninteractive
  if [[ -n $(unfinished) ]] || compgen -G '/var/lib/dpkg/updates/[0-9]*' >/dev/null; then
    dpkg --configure -a
  fi
  apt-cache show --no-all-versions "$@" >/dev/null 2>&1 || apt update
  # Lists that are there may still be too old to download by.
  apt install --no-install-recommends --no-upgrade "$@" || {
    apt update
    apt install --no-install-recommends --no-upgrade "$@"
  }
}

if [[ ${1:-} == --covered ]]; then
  shift
  install_covered "$@"
  exit
fi

find_missing
((${#packages[@]})) || exit 0

echo "The demo and the lab tests need what this machine lacks:"
printf '%s\n' "${reasons[@]}"
self=$(realpath "$0")
has apt-get || fail "this is no Debian: install the programs of these packages, then try again"
if ((EUID != 0)); then
  if sudo -n true 2>/dev/null; then
    exec sudo -n "$self"
  fi
  as_root=$(has sudo && echo sudo || echo "su -c")
  fail "not root, and not allowed to become it without a password: run  $as_root $(printf '%q' "$self")  once, then try again"
fi

echo "Installing them with apt-get; none of their services is started or enabled."
unshare --mount true 2>/dev/null ||
  fail "this root may not make a mount namespace, so services could not be kept from starting: install these packages yourself"
unshare --mount "$self" --covered "${packages[@]}" ||
  fail "apt-get could not install them: mend what it says above, then try again"
find_missing
((${#packages[@]} == 0)) || fail "still missing after the installation: ${packages[*]}; try  apt-get install --reinstall ${packages[*]}"
