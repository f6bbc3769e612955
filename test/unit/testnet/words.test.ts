import assert from 'node:assert/strict'
import { it } from 'node:test'
import { splitWords } from '../../../testnet/lab/words.js'

const cases: readonly [string, readonly string[]][] = [
  ['', []],
  ['  ip   route ', ['ip', 'route']],
  [`bash -c 'echo "a b" > /x'`, ['bash', '-c', 'echo "a b" > /x']],
  ['a"b c"d', ['ab cd']],
  [String.raw`a\ b "c\"d\\e\f"`, ['a b', String.raw`c"d\e\f`]],
  [`'' ""`, ['', '']],
]
for (const [line, words] of cases) {
  it(`splits ${JSON.stringify(line)} as a shell does`, () => assert.deepEqual(splitWords(line), words))
}

for (const line of [`echo 'a`, 'echo "a', 'echo a\\']) {
  it(`refuses ${line}`, () => assert.throws(() => splitWords(line), /is left open/))
}
