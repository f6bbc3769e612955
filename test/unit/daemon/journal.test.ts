import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import fc from 'fast-check'
import { journalPath, openJournal, readJournal, type Journal, type JournalState } from '../../../src/daemon/journal.js'
import { routerOf } from '../../support/sample-config.js'

let dir: string
let opened: Journal[]
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'vipcast-journal-'))
  opened = []
})
afterEach(() => {
  for (const journal of opened) journal.close()
  rmSync(dir, { recursive: true })
})

function open(): Journal {
  const { journal } = openJournal(dir)
  opened.push(journal)
  return journal
}

const path = (): string => journalPath(dir)
const lines = (): string[] => readFileSync(path(), 'utf8').trimEnd().split('\n')
const bind = (address: string, on = 'lo') => ({ op: 'bind', address, interface: on }) as const
const unbind = (address: string, on = 'lo') => ({ op: 'unbind', address, interface: on }) as const
const announce = (address: string, router = 'r1') => ({ op: 'announce', address, router }) as const
const withdraw = (address: string, router = 'r1') => ({ op: 'withdraw', address, router }) as const

/** The state as plain data, in one order. */
function plain({ bindings, routes, routers, holds }: JournalState): unknown {
  const sets = (map: ReadonlyMap<string, ReadonlySet<string>>): unknown =>
    inOrder([...map].map(([key, values]) => [key, [...values].sort()]))
  return {
    bindings: sets(bindings),
    routes: sets(routes),
    routers: inOrder([...routers.keys()]),
    holds: inOrder([...holds]),
  }
}

function inOrder(list: readonly unknown[]): unknown {
  const texts = list.map((item) => JSON.stringify(item)).sort()
  return texts.map((text) => JSON.parse(text) as unknown)
}

describe('the journal', () => {
  it('is read by the next life as the last one left it, however that ended', () => {
    const journal = open()
    journal.write({ op: 'router', config: routerOf('r1') }, bind('203.0.113.1'), announce('203.0.113.1'))
    journal.write({ op: 'hold', address: '203.0.113.1', hold: { until: 5, withdrawals: [1, 2] } })
    const next = open()
    assert.deepEqual(plain(next.state), plain(journal.state))
    assert.deepEqual([...next.state.bindings.keys()], ['203.0.113.1'])
    assert.deepEqual(next.state.holds.get('203.0.113.1'), { until: 5, withdrawals: [1, 2] })
    assert.deepEqual(next.state.routers.get('r1'), routerOf('r1'))
  })

  it('has a line on the disk before write returns', () => {
    open().write(bind('203.0.113.1'))
    assert.deepEqual(plain(readJournal(path()).state), plain(opened[0]!.state))
  })

  it('forgets what was taken back', () => {
    const journal = open()
    journal.write(bind('203.0.113.1'), announce('203.0.113.1'), announce('203.0.113.1', 'r2'))
    journal.write(withdraw('203.0.113.1'), unbind('203.0.113.1'))
    assert.deepEqual(plain(open().state), { bindings: [], routes: [['r2', ['203.0.113.1']]], routers: [], holds: [] })
  })

  it('keeps the interfaces of an address apart', () => {
    const journal = open()
    journal.write(bind('203.0.113.1', 'lo'), bind('203.0.113.1', 'eth0'), unbind('203.0.113.1', 'lo'))
    assert.deepEqual([...(open().state.bindings.get('203.0.113.1') ?? [])], ['eth0'])
  })

  it('forgets all of a router at once', () => {
    const journal = open()
    journal.write({ op: 'router', config: routerOf('r1') }, announce('203.0.113.1'), announce('203.0.113.2', 'r2'))
    journal.write({ op: 'forget', router: 'r1' })
    assert.deepEqual(plain(open().state), { bindings: [], routes: [['r2', ['203.0.113.2']]], routers: [], holds: [] })
  })

  it('ends a hold-down', () => {
    const journal = open()
    journal.write({ op: 'hold', address: '203.0.113.1', hold: { until: 5, withdrawals: [] } })
    journal.write({ op: 'hold', address: '203.0.113.1', hold: null })
    assert.equal(open().state.holds.size, 0)
  })

  it('replays to the same state, whatever was written', () => {
    const address = fc.constantFrom('203.0.113.1', '203.0.113.2', '2001:db8::1')
    const place = fc.constantFrom('lo', 'eth0')
    const entry = fc.oneof(
      fc.tuple(fc.constantFrom(bind, unbind, announce, withdraw), address, place).map(([op, a, on]) => op(a, on)),
      address.map((a) => ({ op: 'hold', address: a, hold: { until: 1, withdrawals: [1] } }) as const),
      place.map((router) => ({ op: 'forget', router }) as const),
    )
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 40 }), (entries) => {
        rmSync(path(), { force: true })
        const { journal } = openJournal(dir)
        journal.write(...entries)
        journal.close()
        assert.deepEqual(plain(readJournal(path()).state), plain(journal.state))
      }),
      { numRuns: 50 },
    )
  })
})

describe('the file of the journal', () => {
  it('is rewritten at the start without what has ended', () => {
    const journal = open()
    for (let at = 0; at < 20; at += 1) journal.write(bind('203.0.113.1'), unbind('203.0.113.1'))
    journal.write(bind('203.0.113.2'))
    open()
    assert.deepEqual(lines(), ['{"format":1}', JSON.stringify(bind('203.0.113.2'))])
  })

  it('does not grow without end, and loses nothing when it is rewritten', () => {
    const journal = open()
    journal.write(bind('203.0.113.2'))
    for (let at = 0; at < 3_000; at += 1) journal.write(announce('203.0.113.1'), withdraw('203.0.113.1'))
    journal.write(announce('203.0.113.3'))
    assert.ok(lines().length < 2_000, `${lines().length} lines`)
    assert.deepEqual(plain(readJournal(path()).state), plain(journal.state))
  })

  it('leaves no other file behind', () => {
    open().write(bind('203.0.113.1'))
    open()
    assert.deepEqual(readdirSync(dir), ['journal'])
  })

  it('makes the run directory where it is missing', () => {
    const { journal } = openJournal(join(dir, 'deeper', 'run'))
    opened.push(journal)
    assert.ok(existsSync(join(dir, 'deeper', 'run', 'journal')))
  })
})

describe('a journal that is not whole', () => {
  it('is used without the line that a killed life did not finish, and nothing is said of it', () => {
    open().write(bind('203.0.113.1'))
    appendFileSync(path(), '{"op":"bind","addre')
    const { journal, trouble } = openJournal(dir)
    opened.push(journal)
    assert.equal(trouble, null)
    assert.deepEqual([...journal.state.bindings.keys()], ['203.0.113.1'])
    journal.write(bind('203.0.113.2'))
    assert.deepEqual([...readJournal(path()).state.bindings.keys()], ['203.0.113.1', '203.0.113.2'])
  })

  it('is used without lines that make no sense, and that is said', () => {
    open().write(bind('203.0.113.1'))
    appendFileSync(path(), 'what\nis this\n{"op":"router"}\n{"op":"hold","address":1}\n[]\n7\n')
    const { state, trouble } = readJournal(path())
    assert.deepEqual(plain(state), { bindings: [['203.0.113.1', ['lo']]], routes: [], routers: [], holds: [] })
    assert.match(trouble?.text ?? '', /6 unreadable lines/)
    assert.equal(trouble?.setAside, false)
  })

  it('is empty where there is none', () => {
    assert.deepEqual(plain(readJournal(path()).state), { bindings: [], routes: [], routers: [], holds: [] })
    assert.equal(readJournal(path()).trouble, null)
  })
})

describe('a journal of a later format', () => {
  const later = `{"format":2}\n${JSON.stringify(bind('203.0.113.1'))}\n`

  it('is never swept from: nothing in it counts, and that is said', () => {
    writeFileSync(path(), later)
    const { journal, trouble } = openJournal(dir)
    opened.push(journal)
    assert.equal(journal.state.bindings.size, 0)
    assert.match(trouble ?? '', /format 2, this release knows 1; what it lists is left alone/)
  })

  it('survives beside the new one', () => {
    writeFileSync(path(), later)
    open().write(bind('203.0.113.2'))
    assert.equal(readFileSync(`${path()}.later-format`, 'utf8'), later)
    assert.deepEqual([...readJournal(path()).state.bindings.keys()], ['203.0.113.2'])
  })

  it('is not overwritten by another one', () => {
    for (const format of [2, 3]) {
      writeFileSync(path(), later.replace('2', String(format)))
      open()
    }
    const kept = readdirSync(dir).filter((name) => name !== 'journal')
    assert.equal(kept.length, 2)
  })

  it('is anything that does not name its format', () => {
    for (const text of ['', 'hello\n', '{}\n', '{"format":"1"}\n']) {
      writeFileSync(path(), text)
      assert.equal(readJournal(path()).trouble?.setAside, true, JSON.stringify(text))
    }
  })
})
