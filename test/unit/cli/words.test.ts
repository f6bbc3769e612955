import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { style } from '../../../src/cli/text/style.js'
import { counted, durationText, listed, localTime, outline, spanText, wrapped } from '../../../src/cli/text/words.js'

test('a span of time has two units at most', () => {
  const spans = [
    [0, '0.0s'],
    [340, '0.3s'],
    [9_949, '9.9s'],
    [12_400, '12s'],
    [60_000, '1m'],
    [130_000, '2m10s'],
    [3_600_000, '1h'],
    [3_725_000, '1h2m'],
    [86_400_000, '1d'],
    [446_400_000, '5d4h'],
    [-5, '0.0s'],
  ] as const
  for (const [milliseconds, text] of spans) assert.equal(spanText(milliseconds), text)
})

test('a span just below a minute does not say sixty seconds', () => {
  assert.equal(spanText(59_999), '59s')
  assert.equal(spanText(9_999), '9.9s')
})

test('the duration of a probe is shown to two or three digits', () => {
  assert.equal(durationText(0.0002), '0.20 ms')
  assert.equal(durationText(0.0031), '3.1 ms')
  assert.equal(durationText(0.0451), '45 ms')
  assert.equal(durationText(1.25), '1.3 s')
})

test('a time is shown where the reader is', () => {
  process.env['TZ'] = 'Asia/Kolkata'
  assert.equal(localTime('2026-03-14T20:26:53.004Z'), '2026-03-15 01:56:53.004')
})

test('counts and lists read as English', () => {
  assert.equal(counted(1, 'address', 'addresses'), '1 address')
  assert.equal(counted(0, 'VIP'), '0 VIPs')
  assert.equal(listed([]), '')
  assert.equal(listed(['a', 'b', 'c']), 'a, b and c')
})

test('wrapped text keeps every word and no line is longer than asked, unless one word is', () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/)
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 16, max: 60 }), (words, columns) => {
      const text = wrapped(words.join(' '), columns, 2, 4)
      assert.deepEqual(text.trim().split(/\s+/), words)
      for (const line of text.split('\n')) assert.ok(line.length <= columns, line)
    }),
  )
})

test('colours take no room when text is wrapped', () => {
  const red = style(true).red('red')
  assert.equal(wrapped(`${red} ${red}`, 7), `${red} ${red}`)
  assert.equal(wrapped(`${red} ${red}`, 6), `${red}\n${red}`)
})

test('what goes on in an outline stands deeper than the lines below it', () => {
  assert.equal(
    outline(
      [
        [0, 'top'],
        [1, 'aaaa bbbb cccc'],
      ],
      12,
    ),
    'top\n  aaaa bbbb\n      cccc\n',
  )
})
