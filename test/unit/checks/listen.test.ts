import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

import type { Scene } from '../../support/listening-main.js'
import { openNamespace, type Namespace } from '../../support/namespace.js'
import { proberOf } from '../../support/probing.js'
import { startServerChild } from '../../support/server-child.js'
import { waitFor } from '../../support/wait.js'

const program = fileURLToPath(new URL('../../support/listening-main.js', import.meta.url))

let space: Namespace

before(async () => {
  space = await openNamespace()
  await space.exec('ip', 'address', 'add', '203.0.113.53/32', 'dev', 'lo')
  await space.exec('ip', 'address', 'add', '2001:db8::53/128', 'dev', 'lo', 'nodad')
})
after(() => space.close())

type Socket = Scene['sockets'][number]
type Asked = Partial<Scene['probes'][number]>

const port = 5353

/** The results of probes of the port, TCP unless they say otherwise, in a namespace where these sockets are. */
async function listening(sockets: Partial<Socket>[], probes: Asked[]): Promise<string[]> {
  const scene: Scene = {
    sockets: sockets.map((socket) => ({ protocol: 'tcp', host: '127.0.0.1', port, ...socket })),
    probes: probes.map((probe) => ({ protocol: 'tcp', port, address: null, ...probe })),
  }
  return (await space.exec(process.execPath, program, JSON.stringify(scene))).trim().split('\n')
}

const addresses = (...list: string[]): Asked[] => list.map((address) => ({ address }))

describe('a listen check', () => {
  it('passes while any socket listens on the port, whatever its address and family', async () => {
    assert.deepEqual(await listening([{}], [{}]), ['pass: listens on 127.0.0.1:5353'])
    assert.deepEqual(await listening([{ host: '2001:db8::53' }], [{}]), ['pass: listens on [2001:db8::53]:5353'])
    assert.deepEqual(await listening([{ port: 5354 }], [{}]), ['fail: nobody listens on port 5353'])
  })

  it('tells TCP from UDP', async () => {
    const results = await listening([{ protocol: 'udp' }], [{ protocol: 'udp' }, { protocol: 'tcp' }])
    assert.deepEqual(results, ['pass: listens on 127.0.0.1:5353', 'fail: nobody listens on port 5353'])
  })

  it('passes on an address exactly when a socket is on it, and says where others are', async () => {
    assert.deepEqual(
      await listening([{ host: '203.0.113.53' }], addresses('203.0.113.53', '203.0.113.5', '2001:db8::53')),
      [
        'pass: listens on 203.0.113.53:5353',
        'fail: nobody listens on 203.0.113.5:5353, only on 203.0.113.53:5353',
        'fail: nobody listens on [2001:db8::53]:5353, only on 203.0.113.53:5353',
      ],
    )
    assert.deepEqual(await listening([{ host: '2001:db8::53' }], addresses('2001:db8::53', '203.0.113.53')), [
      'pass: listens on [2001:db8::53]:5353',
      'fail: nobody listens on 203.0.113.53:5353, only on [2001:db8::53]:5353',
    ])
  })

  it('counts a socket on all IPv4 addresses for each of them, and for no other family', async () => {
    assert.deepEqual(await listening([{ host: '0.0.0.0' }], addresses('203.0.113.53', '2001:db8::53')), [
      'pass: listens on 0.0.0.0:5353',
      'fail: nobody listens on [2001:db8::53]:5353, only on 0.0.0.0:5353',
    ])
  })

  for (const protocol of ['tcp', 'udp'] as const) {
    const asked = addresses('2001:db8::53', '203.0.113.53').map((one) => ({ ...one, protocol }))

    it(`counts a socket on :: for IPv4 too, over ${protocol}`, async () => {
      const results = await listening([{ protocol, host: '::' }], asked)
      assert.deepEqual(results, ['pass: listens on [::]:5353', 'pass: listens on [::]:5353'])
    })

    it(`counts one on :: that was told to leave IPv4 alone for IPv6 only, over ${protocol}`, async () => {
      assert.deepEqual(await listening([{ protocol, host: '::', v6only: true }], asked), [
        'pass: listens on [::]:5353',
        'fail: nobody listens on 203.0.113.53:5353, only on [::]:5353',
      ])
    })
  }

  it('tells two sockets on :: apart by what each was told', async () => {
    const both = [{ host: '::', v6only: true }, { host: '203.0.113.53' }]
    assert.deepEqual(await listening(both, addresses('203.0.113.53', '203.0.113.5')), [
      'pass: listens on 203.0.113.53:5353',
      'fail: nobody listens on 203.0.113.5:5353, only on 203.0.113.53:5353, [::]:5353',
    ])
  })

  it('counts an IPv4 address that a socket for IPv6 holds', async () => {
    const results = await listening([{ host: '::ffff:203.0.113.53' }], addresses('203.0.113.53', '203.0.113.5'))
    assert.deepEqual(results, [
      'pass: listens on [::ffff:203.0.113.53]:5353',
      'fail: nobody listens on 203.0.113.5:5353, only on [::ffff:203.0.113.53]:5353',
    ])
  })

  it('finds the one among a thousand others', async () => {
    const others = Array.from({ length: 1000 }, (_, n) => ({ port: 10_000 + n }))
    const results = await listening([...others, {}], [{}, { port: 11_000 }])
    assert.deepEqual(results, ['pass: listens on 127.0.0.1:5353', 'fail: nobody listens on port 11000'])
  })

  it('passes while the process is stopped, since the kernel goes on listening, and fails once it is killed', async (t) => {
    const service = await startServerChild(t, 'agent-server-main.js')
    const probe = { type: 'listen', protocol: 'tcp', port: service.port, address: '127.0.0.1' } as const
    const prober = proberOf(probe)
    const result = async (): Promise<string> => (await prober.probe(new AbortController().signal)).outcome
    assert.equal(await result(), 'pass')
    service.freeze()
    assert.equal(await result(), 'pass')
    await service.kill()
    await waitFor('the check to fail', async () => (await result()) === 'fail')
  })
})
