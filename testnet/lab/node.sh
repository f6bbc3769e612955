#!/bin/bash
# Holds the namespaces of one node: gives it directories of its own, says that it is ready, and sleeps.
#   usage: node.sh NAME ANCHOR SHOWN      (see init.sh)
set -eu
name=$1 anchor=$2 shown=$3

hostname "$name"
for own in /run /tmp /var /etc; do
  mount -t tmpfs -o mode=755 tmpfs "$own"
done
# What the host has in /etc is there, each entry a link to it, until the node writes something of its own in its place.
cd /etc
ln -s "..$anchor"/etc/* .
rm -f /etc/hostname /etc/hosts
echo "$name" >/etc/hostname
printf '127.0.0.1 localhost %s\n::1 localhost\n' "$name" >/etc/hosts
mkdir -p /run/lock /run/bin /var/{cache,lib,log,spool,tmp}
ln -s ../run /var/run
ln -s ../run/lock /var/lock
chmod 1777 /tmp /var/tmp /run/lock
ln -s "${0%/testnet/lab/node.sh}/dist/main.js" /run/bin/vipcast
ln -s "${0%/node.sh}/frr.sh" /run/bin/frr
mount -t sysfs sysfs /sys

while read -r directory; do
  [ -n "$directory" ] || continue
  mkdir -p "$directory"
  mount --rbind "$anchor$directory" "$directory"
done <<<"$shown"

# /proc is the lab's own; the host's still shows at the anchor, and there `self` is the number that the starter knows.
read -r pid _ <"$anchor/proc/self/stat"
echo "node $name $pid"
exec sleep infinity >/dev/null
