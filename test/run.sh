#!/usr/bin/env bash
# Runs the compiled tests of the named folders, one process per file. An empty list is an error: a runner that was
# handed nothing passes, and so would a suite that lost its files.
#   usage: test/run.sh unit|contract|sim|lab|pack [more folders]
set -euo pipefail
cd "$(dirname "$0")/.."
concurrency=2
# Milliseconds for a file: one that does not end, after a failure say, must not hold everything up.
timeout=400000
files=()
for part in "$@"; do
  # npm, which packs and installs, does so one at a time.
  [[ $part == pack ]] && concurrency=1
  # Labs wait more than they work.
  [[ $part == lab ]] && concurrency=3
  found=$(find "build/test/$part" -name '*.test.js' 2>/dev/null | sort)
  if [[ -z $found ]]; then
    echo "test/run.sh: no test file in build/test/$part: build first, or the folder lost its tests" >&2
    exit 1
  fi
  mapfile -t -O ${#files[@]} files <<<"$found"
done
run() {
  node --enable-source-maps --test --test-timeout=$timeout --test-concurrency=$concurrency "$@" "${files[@]}"
}

# A line for each of a thousand tests would bury the log of a CI: a dot for each, what failed, and the counts. Labs take
# long and may hang, so that their lines are of use.
if [[ -z ${CI:-} || -n ${TEST_REPORTER:-} || $1 == lab ]]; then
  run --test-reporter="${TEST_REPORTER:-spec}"
  exit
fi
log=build/test-$1.log
failed=0
run --test-reporter=dot --test-reporter-destination=stdout \
  --test-reporter=spec --test-reporter-destination="$log" || failed=$?
grep '^ℹ ' "$log"
echo "Each test with its time: $log"
exit $failed
