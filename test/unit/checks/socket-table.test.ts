import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { endianness, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'

import fc from 'fast-check'

import {
  addressText,
  kernelAddress,
  kernelMappedAddress,
  kernelPort,
  parseSocketRow,
  readSocketTable,
  type SocketTableName,
} from '../../../src/checks/socket-table.js'
import { parseAddress, type Address } from '../../../src/domain/address.js'

const heading = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'

function row(n: number, address: string, port: number, state: string, inode = n): string {
  const peer = `${'0'.repeat(address.length)}:0000`
  const queues = '00000000:00000000 00:00000000 00000000'
  return `${String(n).padStart(4)}: ${address}:${kernelPort(port)} ${peer} ${state} ${queues}  1000        0 ${inode} 1 0000000060f64712 100 0 0 10 0`
}

const loopback = kernelAddress(parseAddress('127.0.0.1')!)

const ipv4 = fc.ipV4().map((text) => parseAddress(text)!)
const ipv6 = fc
  .ipV6()
  .map((text) => parseAddress(text))
  .filter((address): address is Address => address !== undefined)

/** A folder with one such file. */
function tables(t: TestContext, name: SocketTableName, lines: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'vipcast-table-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, name), `${[heading, ...lines].join('\n')}\n`)
  return folder
}

describe("an address in the kernel's notation", () => {
  it('is what the kernel of this machine writes', { skip: endianness() === 'BE' && 'as this one does not' }, () => {
    assert.equal(loopback, '0100007F')
    assert.equal(kernelAddress(parseAddress('2001:db8::1')!), 'B80D0120000000000000000001000000')
    assert.equal(kernelMappedAddress(parseAddress('127.0.0.1')!), '0000000000000000FFFF00000100007F')
  })

  it('says to a person what it was made of', () => {
    fc.assert(fc.property(fc.oneof(ipv4, ipv6), (one) => assert.equal(addressText(kernelAddress(one)), one.text)))
    fc.assert(fc.property(ipv4, (one) => assert.equal(addressText(kernelMappedAddress(one)), `::ffff:${one.text}`)))
  })
})

describe('a row of a socket table', () => {
  it('is read in every width that its number takes', () => {
    const number = fc.nat({ max: 1_000_000 })
    const port = fc.integer({ min: 0, max: 65_535 })
    fc.assert(
      fc.property(number, fc.oneof(ipv4, ipv6), port, number, (n, address, port, inode) => {
        assert.deepEqual(parseSocketRow(row(n, kernelAddress(address), port, '0A', inode)), {
          address: kernelAddress(address),
          port: kernelPort(port),
          state: '0A',
          inode: String(inode),
        })
      }),
    )
  })

  it('is none in any other text, and never an error', () => {
    assert.equal(parseSocketRow(heading), null)
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(parseSocketRow(text), null)))
    const cut = row(1, loopback, 80, '0A').slice(0, 60)
    assert.equal(parseSocketRow(cut), null)
  })
})

describe('a socket table', () => {
  it('holds the listening sockets of each port', async (t) => {
    const folder = tables(t, 'tcp', [row(0, loopback, 80, '0A', 7), row(1, '00000000', 80, '0A', 8)])
    const table = await readSocketTable('tcp', folder)
    assert.deepEqual(
      [...table],
      [
        [
          '0050',
          [
            { address: loopback, inode: '7' },
            { address: '00000000', inode: '8' },
          ],
        ],
      ],
    )
  })

  it('of TCP is read up to the first connection, and no further', async (t) => {
    const connections = Array.from({ length: 20_000 }, (_, n) => row(n + 1, loopback, 80, '01'))
    const folder = tables(t, 'tcp', [row(0, loopback, 80, '0A'), ...connections, row(20_001, loopback, 81, '0A')])
    assert.deepEqual([...(await readSocketTable('tcp', folder)).keys()], ['0050'])
  })

  it('of UDP is read to its end, past connected sockets, and across pieces', async (t) => {
    const rows = Array.from({ length: 5000 }, (_, n) => row(n, loopback, n + 1, n % 2 === 0 ? '07' : '01'))
    const table = await readSocketTable('udp', tables(t, 'udp', rows))
    assert.equal(table.size, 2500)
    assert.equal(table.has(kernelPort(4999)), true)
    assert.equal(table.has(kernelPort(5000)), false)
  })

  it('is empty where the kernel has no IPv6', async (t) => {
    assert.equal((await readSocketTable('tcp6', tables(t, 'tcp', []))).size, 0)
  })

  it('that may not be read is an error', async (t) => {
    const folder = tables(t, 'tcp', [])
    await assert.rejects(readSocketTable('tcp', join(folder, 'tcp')), /ENOTDIR/)
  })
})
