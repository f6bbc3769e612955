#!/bin/bash
# The first process of a lab. It starts inside new network, mount, UTS and PID namespaces (and a user namespace, without
# root), makes one process per node that holds the node's own namespaces, and lives until its standard input ends:
# when this process dies, however it dies, the kernel kills every other process of the lab and drops its mounts.
#   usage: init.sh HOST_NETNS ANCHOR SHOWN NODE…
#     HOST_NETNS  network namespace of the starter, as `readlink /proc/self/ns/net` shows it
#     ANCHOR      an existing directory; the host's file system appears there, read-only
#     SHOWN       directories, one a line, that stay visible in nodes although they lie below a directory that a node
#                 has for itself
#   It prints one line per node: `node NAME PID`, the pid as the starter sees it, or
#   `failed NAME`.
set -eu
host_netns=$1 anchor=$2 shown=$3
shift 3
here=$(dirname "$0")

# A routing daemon in the host's own network namespace could change the host's routes. /proc is still the host's here.
netns=$(readlink /proc/self/ns/net)
first=$(readlink /proc/1/ns/net 2>/dev/null || true)
if [ "$netns" = "$host_netns" ] || [ "$netns" = "$first" ]; then
  echo "refusing to build a lab in the network namespace of the host" >&2
  exit 1
fi

mount --make-rprivate /
mount --rbind / "$anchor"
# mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, MOUNT_ATTR_RDONLY): the mount command of Debian 12 can't do it recursively.
perl -e 'my ($path, $set) = ("/", pack("Q4", 1, 0, 0, 0)); syscall(442, -100, $path, 0x8000, $set, 32) == 0 or die "mount_setattr: $!\n"'
mount -t proc proc /proc

for node; do
  {
    unshare --net --mount --uts /bin/bash "$here/node.sh" "$node" "$anchor" "$shown" || true
    echo "failed $node"
  } </dev/null &
done
read -r _ || true
