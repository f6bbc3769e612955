#!/usr/bin/env bash
# `make test`: every part in turn, and the time that each took. LAB=none leaves the labs out and says so last.
set -uo pipefail
cd "$(dirname "$0")/.."
times=()
failed=()

part() {
  local name=$1
  shift
  echo "== $name"
  local began=$SECONDS
  "$@" || failed+=("$name")
  times+=("$(printf '%-22s %4d s' "$name" $((SECONDS - began)))")
}

finish() {
  printf '\n== time of each part\n'
  printf '%s\n' "${times[@]}"
  if ((${#failed[@]})); then
    echo "FAILED: ${failed[*]}"
    exit 1
  fi
  [[ ${LAB:-} != none ]] || echo 'LAB=none: the lab tests were left out; nothing was tried on real daemons'
  exit 0
}

part install make -s install
if [[ ${LAB:-} != none ]]; then
  part packages make -s packages
fi
part 'lint and build' make -s build lint
# What does not compile can't be tested.
((${#failed[@]} == 0)) || finish
# Longest files first, so that none is left to run alone at the end.
part 'unit, contract, sim' test/run.sh sim contract unit
part pack test/run.sh pack
if [[ ${LAB:-} != none ]]; then
  part lab test/run.sh lab
fi
finish
