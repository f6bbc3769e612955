import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addressesIn, editFor, readGate, type Edit } from '../../../../src/routers/frr-grpc/gate.js'
import { address } from '../../../support/routes.js'

const nothing = readGate([])

describe('the prefix lists of a router of type frr-grpc', () => {
  it('let one address through by an entry of its own, above one that keeps all others back', () => {
    assert.deepEqual(opened(nothing, '203.0.113.53').filter(isList), [
      `${list4}/entry[sequence='4294967295']/action=deny`,
      `${list4}/entry[sequence='4294967295']/any=`,
      `${list4}/entry[sequence='3405803829']/action=permit`,
      `${list4}/entry[sequence='3405803829']/ipv4-prefix=203.0.113.53/32`,
    ])
  })

  it('come with the clauses of the route-map that it lacks, and not without an announcement', () => {
    const clauses = opened(nothing, '203.0.113.53').filter((line) => !isList(line))
    assert.equal(clauses.length, 2 * 2 * 32)
    assert.ok(clauses.includes(`${clause(10)}/action=permit`))
    assert.ok(
      clauses.includes(
        `${clause(330)}/match-condition[condition='frr-route-map:ipv6-prefix-list']/rmap-match-condition/list-name=vipcast-0`,
      ),
    )
    const gate = readGate([
      JSON.stringify({ ...map([20]), ...lists({ 'vipcast-21': [[3405803829, '203.0.113.53/32']] }) }),
    ])
    assert.ok(!opened(gate, '203.0.113.54').some((line) => line.startsWith(clause(20))))
    assert.deepEqual(closed(gate, '203.0.113.53')?.update, [])
  })

  it('are taken away with their last address: one without entries would let everything through', () => {
    const gate = readGate([JSON.stringify(lists({ 'vipcast-21': [[3405803829, '203.0.113.53/32']] }))])
    assert.deepEqual(closed(gate, '203.0.113.53'), { update: [], remove: [list4] })
  })

  it('lose an address wherever it stands in them, and keep what else is there', () => {
    const entries: Entries = [
      [5, '203.0.113.53/32'],
      [7, '203.0.113.85/32'],
      [3405803829, '203.0.113.53/32'],
    ]
    const gate = readGate([JSON.stringify(lists({ 'vipcast-21': entries }))])
    assert.deepEqual(closed(gate, '203.0.113.53')?.remove, [
      `${list4}/entry[sequence='5']`,
      `${list4}/entry[sequence='3405803829']`,
    ])
  })

  it('are not touched for what is so already', () => {
    const gate = readGate([JSON.stringify(lists({ 'vipcast-21': [[3405803829, '203.0.113.53/32']] }))])
    assert.equal(editFor(gate, new Map([[address('203.0.113.53'), true]])), undefined)
    assert.equal(editFor(nothing, new Map([[address('203.0.113.53'), false]])), undefined)
  })

  it('take the next place where that of an address is taken', () => {
    const gate = readGate([JSON.stringify(lists({ 'vipcast-21': [[3405803829, '203.0.113.85/32']] }))])
    assert.ok(opened(gate, '203.0.113.53').includes(`${list4}/entry[sequence='3405803830']/action=permit`))
  })

  it('are those of our name alone, and hold host routes that are let through', () => {
    const tree = lists({
      'vipcast-21': [
        [1, '203.0.113.53/32'],
        [2, '203.0.113.0/24'],
      ],
      'vipcast-32': [[1, '203.0.113.1/32']],
      'vipcast-lab': [[1, '203.0.113.2/32']],
      customers: [[1, '203.0.113.3/32']],
    })
    assert.deepEqual([...addressesIn(readGate(['{}', JSON.stringify(tree)])).keys()], ['203.0.113.53'])
  })

  it('are nonsense where they are no JSON', () => {
    assert.throws(() => readGate(['<lib/>']), SyntaxError)
  })
})

type Entries = readonly (readonly [sequence: number, prefix: string])[]

const list4 = "/frr-filter:lib/prefix-list[type='ipv4'][name='vipcast-21']"

function isList(line: string): boolean {
  return line.startsWith('/frr-filter:')
}

function clause(sequence: number): string {
  return `/frr-route-map:lib/route-map[name='vipcast']/entry[sequence='${sequence}']`
}

/** As bgpd 8.4.4 writes them. */
function lists(byName: Readonly<Record<string, Entries>>): object {
  const last = { sequence: 4294967295, action: 'deny', any: [null] }
  const written = Object.entries(byName).map(([name, entries]) => ({
    type: 'ipv4',
    name,
    entry: [last, ...entries.map(([sequence, prefix]) => ({ sequence, action: 'permit', 'ipv4-prefix': prefix }))],
  }))
  return { 'frr-filter:lib': { 'prefix-list': written } }
}

function map(sequences: readonly number[]): object {
  const entry = sequences.map((sequence) => ({ sequence, action: 'permit' }))
  return { 'frr-route-map:lib': { 'route-map': [{ name: 'vipcast', entry }] } }
}

function opened(gate: typeof nothing, text: string): string[] {
  const edit = editFor(gate, new Map([[address(text), true]]))
  assert.deepEqual(edit?.remove, [])
  return (edit?.update ?? []).map(({ path, value }) => `${path}=${value}`)
}

function closed(gate: typeof nothing, text: string): Edit | undefined {
  return editFor(gate, new Map([[address(text), false]]))
}
