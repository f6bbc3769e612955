import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import type { Outcome, RouteChange } from '../../../../src/domain/target.js'
import { systemClock } from '../../../../src/platform/clock.js'
import { FrrTarget } from '../../../../src/routers/frr/target.js'
import { answerBytes, openFakeVty, type FakeVty, type Reply } from '../../../support/fake-vty.js'
import { announce, errorOf, prefix, withdraw } from '../../../support/routes.js'

const never = new AbortController().signal
const v4 = '203.0.113.53'
const other = '203.0.113.54'

/** A bgpd that holds nothing and takes everything, but for what `special` answers. */
function bgpd(special: Reply = () => null): Reply {
  return (command, socket) => {
    const answer = special(command, socket)
    if (answer !== null || socket.destroyed) return answer
    return answerBytes(command.endsWith('json') ? '{}' : '')
  }
}

const locked = '% Configuration is locked by another user'

describe('changes at a bgpd', () => {
  let fake: FakeVty | undefined
  afterEach(async () => {
    await fake?.close()
    fake = undefined
  })
  const apply = async (reply: Reply, ...changes: RouteChange[]): Promise<readonly Outcome[]> => {
    fake = await openFakeVty(reply)
    const folder = fake.path.slice(0, fake.path.lastIndexOf('/'))
    const bgp = { asn: 65001, vrf: 'default' }
    const pools = [prefix('203.0.113.0/24')]
    const options = { name: 'core', sockets: folder, bgp, pools, clock: systemClock, random: Math.random }
    return new FrrTarget(options).apply(changes, never)
  }

  it('are made in one visit, after a look, and leave the configuration again', async () => {
    assert.deepEqual(await apply(bgpd(), announce(v4), announce(other)), [{ kind: 'done' }, { kind: 'done' }])
    const commands = (fake?.commands ?? []).map((command) => command.replace(/vipcast-\w+/, 'NAME'))
    assert.deepEqual(commands, [
      'enable',
      `show bgp vrf default ipv4 unicast ${v4}/32 json`,
      `show bgp vrf default ipv4 unicast ${other}/32 json`,
      'show route-map NAME json',
      'configure terminal',
      'route-map NAME permit 10',
      'set weight 1986621539',
      'exit',
      'end',
      'configure terminal',
      'router bgp 65001',
      'address-family ipv4 unicast',
      `network ${v4}/32 route-map NAME`,
      `network ${other}/32 route-map NAME`,
      'end',
    ])
  })

  it('that a lock keeps out may be tried again, and say so', async () => {
    let visits = 0
    const lock = bgpd((command) => {
      if (command === 'configure terminal') visits += 1
      return visits === 2 && command !== 'end' ? answerBytes(locked, 13) : null
    })
    const outcomes = await apply(lock, announce(v4), announce(other))
    for (const outcome of outcomes) {
      assert.deepEqual([outcome.kind, errorOf(outcome)?.code, errorOf(outcome)?.retryable], ['failed', 'busy', true])
    }
    assert.equal(
      errorOf(outcomes[0])?.message,
      `router core: could not announce ${v4}: bgpd refused \`configure terminal\`: ${locked}`,
    )
  })

  it('are refused one by one: one bad statement stops only its own route', async () => {
    const refusing = bgpd((command) =>
      command.startsWith(`network ${v4}`) ? answerBytes('% Malformed prefix', 13) : null,
    )
    const [first, second] = await apply(refusing, announce(v4), announce(other))
    assert.match(errorOf(first)?.message ?? '', /bgpd refused `network 203\.0\.113\.53\/32 .*: % Malformed prefix$/)
    assert.equal(second?.kind, 'done')
  })

  it('take a half-made route-map away again, and make no statement that names it', async () => {
    const refusing = bgpd((command) => (command === 'set metric 5' ? answerBytes('% Locked', 13) : null))
    const [outcome, fine] = await apply(refusing, announce(v4, { med: 5 }), announce(other))
    assert.deepEqual([outcome?.kind, errorOf(outcome)?.code, fine?.kind], ['failed', 'busy', 'done'])
    assert.ok(fake?.commands.some((command) => /^no route-map vipcast-\w+$/.test(command)))
    assert.ok(!fake?.commands.some((command) => command.startsWith(`network ${v4}`)))
  })

  it('are unsure when bgpd ends between two commands of one change', async () => {
    const dying = bgpd((command, socket) => {
      if (command.startsWith('network')) socket.destroy()
      return null
    })
    const outcomes = await apply(dying, announce(v4))
    assert.deepEqual([outcomes[0]?.kind, errorOf(outcomes[0])?.code], ['unsure', 'unreachable'])
  })

  it('of a withdrawal that finds nothing of ours are done, though bgpd refuses it', async () => {
    let looks = 0
    const gone = bgpd((command) => {
      if (command.startsWith('no network')) return answerBytes("% Can't find static route specified", 13)
      if (command !== 'show running-config') return null
      looks += 1
      const statement = `router bgp 65001\n address-family ipv4 unicast\n  network ${v4}/32 route-map vipcast-x\n`
      return answerBytes(looks === 1 ? statement : '')
    })
    assert.deepEqual(await apply(gone, withdraw(v4)), [{ kind: 'done' }])
  })

  it('are not made by what answers with anything but FRR’s JSON', async () => {
    for (const text of ['<html>', '[]', 'null', '']) {
      const odd = bgpd((command) => (command.endsWith('json') ? answerBytes(text) : null))
      const [outcome] = await apply(odd, announce(v4))
      assert.deepEqual([outcome?.kind, errorOf(outcome)?.code], ['unsure', 'nonsense'], text)
      await fake?.close()
    }
  })
})
