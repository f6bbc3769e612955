#!/bin/bash
# Puts files into a node; runs inside it.
#   usage: place.sh ANCHOR (copy|bind SOURCE TARGET | write TARGET | directory TARGET | release PROGRAM)…
# A target below /etc/x makes /etc/x the node's own: of the host's files there none is left. `write` takes standard input.
# `release`: the program is the one of the Debian release that is bound to /run/release.
set -eu
anchor=$1
shift

room_for() {
  local rest=${1#/etc/}
  local top=/etc/${rest%%/*}
  if [ "$rest" != "$1" ] && [ -L "$top" ]; then
    rm "$top"
  fi
  mkdir -p "$(dirname "$1")"
}

# Another release runs on a C library of its own: its files are the root, with the directories that are the node's own.
from_release() {
  local root=/run/release own
  if ! mountpoint -q "$root/run"; then
    # A link to a file of this machine leads nowhere from there.
    cp --remove-destination "$(realpath /etc/passwd)" /etc/passwd
    for own in proc dev run etc var tmp; do mount --rbind "/$own" "$root/$own"; done
  fi
  # Inside, the same PATH would lead here again.
  printf '#!/bin/sh\nPATH=${PATH#/run/bin:} exec chroot %s %s "$@"\n' "$root" "$1" >"/run/bin/$1"
  chmod +x "/run/bin/$1"
}

while [ $# -gt 0 ]; do
  case $1 in
  copy)
    room_for "$3"
    cp -rT "$anchor$2" "$3"
    shift 3
    ;;
  bind)
    room_for "$3"
    if [ -d "$anchor$2" ]; then mkdir -p "$3"; else [ -e "$3" ] || : >"$3"; fi
    mount --bind "$anchor$2" "$3"
    shift 3
    ;;
  write)
    room_for "$2"
    cat >"$2"
    shift 2
    ;;
  directory)
    mkdir -p "$2"
    shift 2
    ;;
  release)
    from_release "$2"
    shift 2
    ;;
  esac
done
