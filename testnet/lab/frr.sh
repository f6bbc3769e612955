#!/bin/bash
# Runs FRR in a node, in the node's own /run/frr and /etc/frr: the daemons named, or all of these that the release has.
#   usage: frr [DAEMON…]
# Each daemon reads /etc/frr/<daemon>.conf by itself, and is told its part of the integrated /etc/frr/frr.conf. They end
# with this script, and it with the last of them. After one was killed alone, `frr bgpd` starts it anew. Once all are
# configured, /run/frr/ready holds the pid of this script.
set -eu
daemons=("$@")
if ((!$#)); then
  daemons=(mgmtd zebra staticd bgpd ospfd ospf6d)
elif [[ " $* " == *' zebra '* ]] && ! kill -0 "$(cat /run/frr/mgmtd.pid 2>/dev/null)" 2>/dev/null; then
  # Releases that have one run it with zebra, whatever a topology names.
  daemons=(mgmtd "$@")
fi
inside=()
declare -A pids=() zebra_socket=([zebra]=zserv.api)

# FRR wants its user to be in this group, and to give it the sockets; without root no group but root's is there to give.
join_group() {
  local groups
  grep -q '^frrvty:x:0:root$' /etc/group && return
  groups=$(grep -v '^frrvty:' /etc/group)
  rm /etc/group
  printf '%s\nfrrvty:x:0:root\n' "$groups" >/etc/group
}

start() {
  local options=${1}_options
  rm -f "/run/frr/$1.vty"
  # No terminals over TCP, and nothing of it outlives the node's main program.
  setpriv --pdeathsig KILL "${inside[@]}" "/usr/lib/frr/$1" --user root --group root --vty_port 0 \
    --log stdout --log-level warnings ${!options:-} &
  pids[$1]=$!
}

until_ready() {
  local socket
  for socket in "$1.vty" ${zebra_socket[$1]:-}; do
    until [ -S "/run/frr/$socket" ]; do
      kill -0 "${pids[$1]}" 2>/dev/null || exit 1
      sleep 0.01
    done
  done
}

# FRR names a line that it does not take, and goes on; but a lab is the one in its files, or none.
configure() {
  local said
  if [ -e /etc/frr/frr.conf ] && ! said=$("${inside[@]}" vtysh -b "$@" 2>&1); then
    echo "$said" >&2
    exit 1
  fi
}

# The options of each daemon, as Debian's own start script reads them: bgpd_options="-M grpc:50051".
[ ! -e /etc/frr/daemons ] || . /etc/frr/daemons
# There the programs are to be found, and not the ways to them that the node has in /run/bin.
PATH=${PATH#/run/bin:}
[ ! -e /run/release ] || inside=(chroot /run/release)
join_group
mkdir -p /run/frr /etc/frr /var/lib/frr /var/log/frr /var/tmp/frr
# PAM, which vtysh asks otherwise, may lack its own configuration here.
[ -e /etc/frr/vtysh.conf ] || echo 'username root nopassword' >/etc/frr/vtysh.conf
trap 'kill "${pids[@]}" 2>/dev/null' TERM
for daemon in "${daemons[@]}"; do
  [ -x "${inside[1]:-}/usr/lib/frr/$daemon" ] || continue
  start "$daemon"
  # The others look for these once, and then not for ten seconds.
  case $daemon in mgmtd | zebra) until_ready "$daemon" ;; esac
done
for daemon in "${!pids[@]}"; do until_ready "$daemon"; done
if (($#)); then
  for daemon in "${!pids[@]}"; do configure -d "$daemon"; done
else
  configure
fi
echo $$ >/run/frr/ready
# A signal that is trapped ends the first wait, not the daemons.
wait || wait
