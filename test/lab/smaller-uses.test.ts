import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import type { LabNode } from '../../testnet/lab/node.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { serveTransfers, Transfer } from '../../testnet/story/transfer.js'
import { Host } from './support/host.js'
import { startOspfArea } from './support/ospf-area.js'

const endpoint = '198.51.100.9'
const management = '198.51.100.22'
const client = '203.0.113.10'
/** Inside the tunnel. */
const inner = { host: '192.0.2.240', client: '192.0.2.241' } as const

const configuration = `pools: [198.51.100.0/24]
routers: {frr: {type: frr, ospf: {area: 0.0.0.0}}}
vips:
  tunnel: {unique: true, addresses: [${endpoint}]}
  management: {unique: true, addresses: [${management}]}
`

/** What a kind of tunnel needs beside its two ends. */
const kinds: Readonly<Record<string, readonly string[]>> = { ipip: [], gre: [], vxlan: ['id', '5', 'dstport', '4789'] }

describe('a host with two NICs and VIPs that no check can take away', () => {
  let lab: Lab
  let node: LabNode
  before(async () => {
    lab = await startOspfArea()
    node = lab.node('host')
    await new Host(node).startDaemon(configuration)
    await bothWays()
  })
  after(() => lab?.stop())

  const reachedBy = (count: number): Promise<unknown> =>
    waitFor(
      async () => {
        const found = await Promise.all([endpoint, management].map((vip) => nextHopsOf(lab.node('border'), vip)))
        return found.every((hops) => hops?.length === count)
      },
      { what: `the VIPs are reached by ${count} paths`, explain: () => lab.explain() },
    )
  const bothWays = (): Promise<unknown> => reachedBy(2)

  /** Takes the carrier of the NIC towards a router, and looks meanwhile. */
  async function withoutNic(router: string, look: () => Promise<unknown>): Promise<void> {
    await lab.link(`${router}:eth2`).down()
    await reachedBy(1)
    await look()
    await lab.link(`${router}:eth2`).up()
    await bothWays()
  }

  for (const [kind, more] of Object.entries(kinds)) {
    it(`keeps a transfer through a tunnel of kind ${kind} that ends at its VIP when a NIC is lost`, async (t) => {
      if (!(await makeTunnel(t, kind, more))) return
      const server = await serveTransfers(node)
      const transfer = await Transfer.start({ client: lab.node('client'), address: inner.host })
      await withoutNic('r1', () => transfer.goesOn())
      assert.equal(transfer.broken, undefined)
      await Promise.all([transfer.stop(), server.stop()])
    })
  }

  /** False where the kernel has no such tunnels. Both ends go with the test. */
  async function makeTunnel(t: TestContext, kind: string, more: readonly string[]): Promise<boolean> {
    const ends = [
      { at: node, local: endpoint, remote: client, own: inner.host },
      { at: lab.node('client'), local: client, remote: endpoint, own: inner.client },
    ]
    for (const { at, local, remote, own } of ends) {
      const link = ['ip', 'link', 'add', 'tunnel', 'type', kind, 'local', local, 'remote', remote, ...more]
      const { code, stderr } = await at.exec(link)
      if (/Unknown device type|not supported/.test(stderr)) {
        t.skip(`this kernel has no ${kind}`)
        return false
      }
      assert.equal(code, 0, stderr)
      t.after(() => at.output(['ip', 'link', 'delete', 'tunnel']))
      await at.output(['ip', 'address', 'add', `${own}/31`, 'dev', 'tunnel'])
      await at.output(['ip', 'link', 'set', 'tunnel', 'up'])
    }
    return true
  }

  it('is remotely controlled by TCP and UDP at its management address while either NIC is lost', async () => {
    const servers = [await serveTcp(node, management), await serveUdp(node, management)]
    const answers = async (): Promise<void> => {
      const banner = ['bash', '-c', `exec 3<>/dev/tcp/${management}/22; head -1 <&3`]
      assert.equal(await lab.node('client').output(banner), 'SSH-2.0-lab\n')
      assert.equal(await sourceOfAnswer(), management)
    }
    for (const router of ['r1', 'r2']) await withoutNic(router, answers)
    for (const server of servers) await server.stop()
  })

  it('answers by UDP from the address of a NIC when the service listens on all addresses', async () => {
    const server = await serveUdp(node, '0.0.0.0')
    assert.match(await sourceOfAnswer(), /^192\.0\.2\.[57]$/)
    await server.stop()
  })

  /** Which address a datagram sent to the management address is answered from. */
  async function sourceOfAnswer(): Promise<string> {
    const script = `
      const socket = require('dgram').createSocket('udp4')
      const ask = setInterval(() => socket.send('?', 161, '${management}'), 100)
      socket.on('message', (_, from) => { console.log(from.address); clearInterval(ask); socket.close() })`
    return (await lab.node('client').output([process.execPath, '-e', script])).trim()
  }
})

async function serve(node: LabNode, script: string): Promise<NodeProcess> {
  const server = await node.spawn([process.execPath, '-e', script])
  await waitFor(() => server.tail().includes('listens'), { what: 'the server listens', explain: () => server.tail() })
  return server
}

/** As sshd does: a line for everyone who connects. */
function serveTcp(node: LabNode, address: string): Promise<NodeProcess> {
  const server = `require('net').createServer((socket) => socket.end('SSH-2.0-lab\\n'))`
  return serve(node, `${server}.listen(22, '${address}', () => console.log('listens'))`)
}

/** As snmpd does: an answer to each datagram. */
function serveUdp(node: LabNode, address: string): Promise<NodeProcess> {
  return serve(
    node,
    `const socket = require('dgram').createSocket('udp4')
    socket.on('message', (_, from) => socket.send('!', from.port, from.address))
    socket.bind(161, '${address}', () => console.log('listens'))`,
  )
}
