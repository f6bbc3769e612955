import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { style } from '../../../src/cli/text/style.js'
import { table } from '../../../src/cli/text/table.js'

const plain = style(false)
const three = [{ head: 'NAME' }, { head: 'AT' }, { head: 'ADDRESSES' }]

test('columns are as wide as their widest cell', () => {
  const text = table(
    three,
    [
      ['web', 'edge', '203.0.113.1'],
      ['resolver', 'core', '203.0.113.2'],
    ],
    80,
    plain,
  )
  assert.equal(
    text,
    ['NAME      AT    ADDRESSES', 'web       edge  203.0.113.1', 'resolver  core  203.0.113.2', ''].join('\n'),
  )
})

test('a list that does not fit shows its first items and how many are left out', () => {
  const rows = [['web', ['edge'], ['203.0.113.1', '203.0.113.2', '203.0.113.3']]]
  assert.match(table(three, rows, 40, plain), /203\.0\.113\.1, 203\.0\.113\.2 \+1\n$/)
  assert.match(table(three, rows, 30, plain), /203\.0\.113\.1 \+2\n$/)
  assert.match(table(three, rows, 80, plain), /203\.0\.113\.1, 203\.0\.113\.2, 203\.0\.113\.3\n$/)
})

test('a name that is too long for its column stands on a line of its own', () => {
  const name = 'customer-portal-production-frankfurt'
  const text = table(three, [[name, 'edge', '203.0.113.1']], 80, plain)
  assert.equal(text, ['NAME  AT    ADDRESSES', name, '      edge  203.0.113.1', ''].join('\n'))
})

test('colour does not change where a column begins', () => {
  const painted = [{ head: 'STATE', paint: (text: string) => style(true).red(text) }, { head: 'NAME' }]
  const colour = table(painted, [['down', 'web']], 80, plain)
  assert.equal(
    stripVTControlCharacters(colour),
    table([{ head: 'STATE' }, { head: 'NAME' }], [['down', 'web']], 80, plain),
  )
})

test('no line is longer than the terminal when each cell alone fits', () => {
  const text = fc.stringMatching(/^[a-z0-9.:-]{1,30}$/)
  const cell = fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 4 }))
  fc.assert(
    fc.property(
      fc.array(fc.tuple(text, cell, cell), { maxLength: 5 }),
      fc.integer({ min: 40, max: 120 }),
      (rows, columns) => {
        for (const line of table(three, rows, columns, plain).split('\n')) assert.ok(line.length <= columns, line)
      },
    ),
  )
})

test('every name of a table is in it as a whole, so that it can be copied', () => {
  const text = fc.stringMatching(/^[a-z0-9.:-]{1,60}$/)
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text, text), { maxLength: 5 }), (rows) => {
      const shown = table(three, rows, 80, plain)
      for (const cell of rows.flat()) assert.ok(shown.includes(cell), cell)
    }),
  )
})
