import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { wallClock } from '../../testnet/observe/clock.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { serveTransfers, Transfer, type TransferOptions } from '../../testnet/story/transfer.js'
import { host1, startTwoHosts } from './support/two-hosts.js'

describe('a long transfer of a story', () => {
  let lab: Lab
  let server: NodeProcess
  before(async () => {
    lab = await startTwoHosts()
    server = await serveTransfers(lab.node('host1'))
  })
  after(() => lab.stop())

  function start(options: Partial<TransferOptions> = {}): Promise<Transfer> {
    return Transfer.start({ client: lab.node('client'), address: host1.ipv4, ...options })
  }

  it('goes on after a cut, and tells how long nothing arrived', async () => {
    const transfer = await start()
    const since = wallClock()
    await lab.link('router:eth1').down()
    await waitFor(() => transfer.received(since).longestPause > 300, { what: 'a pause that has not ended counts' })
    await lab.link('router:eth1').up()
    const goneOn = await transfer.goesOn()
    assert.ok(transfer.received(since).longestPause >= 300)
    assert.ok(transfer.received(since, goneOn).bytes > 0)
    assert.equal(transfer.broken, undefined)
    await transfer.stop()
    assert.equal(transfer.broken, undefined)
  })

  it('is broken when nothing arrived for as long as its client waits', async () => {
    const transfer = await start({ patience: 300 })
    await lab.link('router:eth1').down()
    const { reason } = await transfer.breaks()
    await lab.link('router:eth1').up()
    assert.equal(reason, 'nothing arrived for 300 ms')
    await assert.rejects(transfer.goesOn(), /the transfer from 192\.0\.2\.1 goes on: it is broken, nothing arrived/)
  })

  it('leaves from the port that its client chose, over IPv6 as well', async () => {
    const transfer = await start({ address: host1.ipv6, localPort: 45678 })
    const connections = await lab.node('client').output(['ss', '-Htn', 'sport', '=', ':45678'])
    assert.match(connections, /ESTAB.*\[2001:db8:1::2\]:9000/)
    await transfer.stop()
  })

  it('is broken at once when its server dies', async () => {
    const transfer = await start()
    server.kill('SIGKILL')
    const { reason } = await transfer.breaks()
    assert.match(reason, /closed by the server|ECONNRESET/)
  })
})
