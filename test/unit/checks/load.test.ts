import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import fc from 'fast-check'

import { parseFileNr, parseLoadavg, parseMeminfo, readHostLoad, type HostLoad } from '../../../src/checks/host-load.js'
import { judgeLoad } from '../../../src/checks/load.js'
import type { LoadProbe, MemoryLimit } from '../../../src/domain/config.js'
import { probing } from '../../support/probing.js'

const gibibyte = 1024 ** 3
const host: HostLoad = { load1m: 5.2, memory: { total: 16 * gibibyte, available: 2.5 * gibibyte }, openFiles: 9000 }
const bytes = (count: number): MemoryLimit => ({ kind: 'bytes', bytes: count })
const percent = (share: number): MemoryLimit => ({ kind: 'percent', percent: share })

const limits = (over: Partial<LoadProbe>): LoadProbe => ({
  type: 'load',
  maxLoad1m: null,
  minMemoryAvailable: null,
  maxOpenFiles: null,
  ...over,
})

function judged(over: Partial<LoadProbe>, figures: HostLoad = host): string {
  const finding = judgeLoad(limits(over), figures)
  return finding.outcome === 'aborted' ? finding.outcome : `${finding.outcome}: ${finding.detail}`
}

describe('a load check', () => {
  it('passes within its limits, the limits included, and tells what it has looked at', () => {
    assert.equal(judged({ maxLoad1m: 5.2 }), 'pass: load 5.20')
    assert.equal(judged({ minMemoryAvailable: bytes(2.5 * gibibyte) }), 'pass: 2.5 GiB of memory available')
    assert.equal(judged({ maxOpenFiles: 9000 }), 'pass: 9000 open files')
    assert.equal(
      judged({ maxLoad1m: 64, minMemoryAvailable: percent(10), maxOpenFiles: 10_000 }),
      'pass: load 5.20, 2.5 GiB of memory available, 9000 open files',
    )
  })

  it('fails over any of them, and tells which ones and by how much', () => {
    assert.equal(judged({ maxLoad1m: 5.1, maxOpenFiles: 10_000 }), 'fail: load 5.20, 5.1 at most')
    assert.equal(
      judged({ maxLoad1m: 64, minMemoryAvailable: bytes(3 * gibibyte), maxOpenFiles: 8999 }),
      'fail: 2.5 GiB of memory available, 3 GiB at least; 9000 open files, 8999 at most',
    )
    assert.equal(
      judged({ minMemoryAvailable: percent(20) }),
      'fail: 2.5 GiB of memory available, 20%, 3.2 GiB at least',
    )
  })

  it('tests nothing where the kernel does not tell, unless another limit is passed', () => {
    const silent: HostLoad = { load1m: null, memory: null, openFiles: 9000 }
    assert.equal(
      judged({ minMemoryAvailable: percent(1) }, silent),
      'unknown: the kernel does not tell how much memory is available',
    )
    assert.equal(judged({ maxLoad1m: 1, maxOpenFiles: 10_000 }, silent), 'unknown: the kernel does not tell the load')
    assert.equal(judged({ maxLoad1m: 1, maxOpenFiles: 1 }, silent), 'fail: 9000 open files, 1 at most')
  })

  it('reads the figures of this very host', async () => {
    const { load1m, memory, openFiles } = await readHostLoad()
    assert.ok(load1m !== null && memory !== null && openFiles !== null)
    assert.ok(memory.available > 0 && memory.available < memory.total && openFiles > 0)
    assert.match(
      await probing(limits({ maxLoad1m: 1e6, minMemoryAvailable: bytes(1), maxOpenFiles: 1e9 })),
      /^pass: load/,
    )
    assert.match(await probing(limits({ minMemoryAvailable: bytes(memory.total) })), /^fail: .* of memory available, /)
    assert.match(await probing(limits({ maxOpenFiles: 1 })), /^fail: \d+ open files, 1 at most$/)
  })
})

describe("the kernel's figures", () => {
  it('are read back as they were written', () => {
    const hundredths = fc.nat({ max: 100_000 }).map((n) => n / 100)
    fc.assert(
      fc.property(hundredths, (load) => {
        assert.equal(parseLoadavg(`${load.toFixed(2)} 0.18 0.12 1/80 11206\n`), load)
      }),
    )
    const kilobytes = fc.nat({ max: 2 ** 40 })
    fc.assert(
      fc.property(kilobytes, kilobytes, (total, available) => {
        const line = (name: string, value: number): string => `${`${name}:`.padEnd(15)} ${String(value).padStart(8)} kB`
        const text = [
          line('MemTotal', total),
          line('MemFree', 5),
          line('MemAvailable', available),
          'HugePages_Total: 0',
        ]
        assert.deepEqual(parseMeminfo(`${text.join('\n')}\n`), { total: total * 1024, available: available * 1024 })
      }),
    )
    fc.assert(fc.property(kilobytes, (n) => assert.equal(parseFileNr(`${n}\t0\t9223372036854775807\n`), n)))
  })

  it('are none in any other text, and never an error', () => {
    const other = fc.string({ unit: 'binary' })
    for (const parse of [parseLoadavg, parseMeminfo, parseFileNr])
      fc.assert(fc.property(other, (text) => assert.equal(parse(text), null)))
    assert.equal(parseMeminfo('MemTotal:  5 kB\nMemFree: 3 kB\n'), null, 'before Linux 3.14 nothing was available')
  })
})
