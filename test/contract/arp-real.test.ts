import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { keyOf, planSilence, type KeptSetting } from '../../src/domain/arp.js'
import { openNamespace, type Namespace } from '../support/namespace.js'
import { waitFor } from '../support/wait.js'

const main = fileURLToPath(new URL('../support/arp-main.js', import.meta.url))
const settings = '/proc/sys/net/ipv4/conf'

/** On the link that a neighbor asks on, on another link, on lo as vipcast binds it, and as others would. */
const own = '192.0.2.1'
const elsewhere = '198.18.5.5'
const vip = '192.0.2.200'
const globalVip = '192.0.2.201'
const six = '2001:db8:53::200'

interface Silenced {
  readonly kind: 'possible' | 'impossible'
  readonly kept: [string, KeptSetting][]
  readonly outcomes: string[]
}

describe('ARP settings of the real kernel', { skip: process.env['LAB'] === 'none' && 'LAB=none' }, () => {
  let host: Namespace
  let neighbor: Namespace
  before(async () => {
    host = await openNamespace()
    neighbor = await openNamespace(host)
    await host.exec('sh', '-ec', hostScript(neighbor.pid))
    await neighbor.exec('sh', '-ec', neighborScript)
  })
  after(async () => {
    await neighbor?.close()
    await host?.close()
  })
  beforeEach(() => host.exec('sh', '-ec', resetScript))

  const run = async <T>(...argv: string[]): Promise<T> =>
    JSON.parse(await host.exec(process.execPath, main, ...argv)) as T
  const silence = (kept: Silenced['kept'] = []): Promise<Silenced> => run('silence', JSON.stringify(kept))
  const set = (place: string, setting: string, value: number): Promise<string> =>
    host.exec('sh', '-ec', `echo ${value} >${settings}/${place}/${setting}`)
  const get = async (place: string, setting: string): Promise<number> =>
    Number(await host.exec('cat', `${settings}/${place}/${setting}`))
  const all = (): Promise<string> => host.exec('sh', '-c', `grep -r . ${settings} 2>/dev/null | sort`)
  /** Which of the addresses the neighbor gets an answer for. */
  const answered = async (addresses: readonly string[], device = 'eth0'): Promise<string[]> => {
    const asked = addresses.map(async (address) => {
      await neighbor.exec('bash', '-c', `ip neigh flush ${address} dev ${device}; echo >/dev/udp/${address}/9`)
      return resolved(neighbor, address, device)
    })
    const entries = await Promise.all(asked)
    return addresses.filter((_, at) => entries[at]?.includes('lladdr'))
  }

  it('silence the VIP alone, and are put back exactly', async () => {
    const before = await all()
    assert.deepEqual(await answered([own, elsewhere, vip]), [own, elsewhere, vip])
    const { kept, outcomes } = await silence()
    assert.deepEqual([...new Set(outcomes)], ['done'])
    assert.deepEqual(await answered([own, elsewhere, vip]), [own, elsewhere])
    await run('put-back', JSON.stringify(kept))
    assert.equal(await all(), before)
    assert.deepEqual(await answered([vip]), [vip])
  })

  it('keep the VIP out of what the host asks', async () => {
    const asks = async (): Promise<string> => {
      for (const space of [host, neighbor]) await space.exec('ip', 'neigh', 'flush', 'dev', 'eth0')
      await host.exec('perl', '-MSocket', '-e', sendFrom(vip, '192.0.2.2'))
      await resolved(host, '192.0.2.2')
      return neighbor.exec('ip', 'neigh', 'show', 'dev', 'eth0')
    }
    assert.match(await asks(), new RegExp(`^${vip} .*lladdr`, 'm'), 'as it is without')
    await silence()
    const known = (await asks()).split('\n').filter((line) => line.includes('lladdr'))
    assert.deepEqual(
      known.map((line) => line.split(' ', 1)[0]),
      [own],
    )
  })

  it('mean what the plan takes them for, in every value', async () => {
    const values = [0, 1, 2, 3, 4, 7, 8, 9]
    for (const value of values) {
      await set('eth0', 'arp_ignore', value)
      const places = new Map([['eth0', { arp_ignore: value, arp_announce: 2 }]])
      const plan = planSilence({ all: { arp_ignore: 0, arp_announce: 0 }, places, routesLocalnet: false }, new Map())
      assert.ok(plan.kind === 'possible')
      const loud = plan.changes.length > 0
      const heard = await answered([vip, globalVip])
      assert.equal(heard.includes(vip), loud, `arp_ignore ${value}`)
      if (!loud) assert.equal(heard.includes(globalVip), !plan.anyScope, `arp_ignore ${value} and a global scope`)
    }
  })

  it('are hidden by those of `all`, and by route_localnet, and nothing is changed then', async () => {
    for (const [place, setting, value] of [
      ['all', 'arp_ignore', 5],
      ['all', 'arp_announce', 3],
      ['lo', 'route_localnet', 1],
    ] as const) {
      await set(place, setting, value)
      const before = await all()
      assert.equal((await silence()).kind, 'impossible', `${place} ${setting}`)
      assert.equal(await all(), before)
      await host.exec('sh', '-ec', resetScript)
    }
    await silence()
    await set('lo', 'route_localnet', 1)
    assert.deepEqual(await answered([vip]), [vip], 'the kernel answers, so vipcast must not say that it is silent')
  })

  it('are what an interface is born with that comes later, also a bridge, and it is as any other afterwards', async () => {
    const { kept } = await silence()
    await host.exec('ip', 'link', 'add', 'eth9', 'type', 'veth', 'peer', 'name', 'eth9', 'netns', String(neighbor.pid))
    await host.exec('ip', 'link', 'add', 'late0', 'type', 'bridge')
    for (const space of [host, neighbor]) await space.exec('ip', 'link', 'set', 'eth9', 'up')
    await neighbor.exec('sh', '-ec', lateScript)
    await host.exec('ip', 'address', 'add', '198.18.9.2/24', 'dev', 'eth9')
    assert.deepEqual(await answered([vip, '198.18.9.2'], 'eth9'), ['198.18.9.2'])
    await run('put-back', JSON.stringify(kept))
    const late = ['eth9', 'late0'].map((place) => get(place, 'arp_ignore'))
    assert.deepEqual(await Promise.all(late), [0, 0])
    await host.exec('sh', '-ec', 'ip link del eth9; ip link del late0')
  })

  it('that somebody made stricter are left as they are', async () => {
    await set('other0', 'arp_ignore', 8)
    const { kept } = await silence()
    await set('eth0', 'arp_ignore', 1)
    await run('put-back', JSON.stringify(kept))
    assert.deepEqual([await get('eth0', 'arp_ignore'), await get('other0', 'arp_ignore')], [1, 8])
  })

  it('of an interface that is gone are nothing to put back', async () => {
    await host.exec('ip', 'link', 'add', 'gone0', 'type', 'bridge')
    const { kept } = await silence()
    assert.ok(new Map(kept).has(keyOf({ place: 'gone0', setting: 'arp_ignore' })))
    await host.exec('ip', 'link', 'del', 'gone0')
    await run('put-back', JSON.stringify(kept))
    const { kept: again } = await silence(kept)
    assert.ok(!new Map(again).has(keyOf({ place: 'gone0', setting: 'arp_ignore' })))
  })

  it('need CAP_NET_ADMIN and no root, and say so', async (test) => {
    if (process.getuid?.() !== 0) return test.skip('needs root')
    const as = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
    const able = ['--inh-caps', '+net_admin', '--ambient-caps', '+net_admin']
    const try_ = async (...words: string[]): Promise<string[]> =>
      (JSON.parse(await host.exec(...as, ...words, process.execPath, main, 'silence')) as Silenced).outcomes
    const [refused = ''] = await try_()
    assert.match(
      refused,
      /^not-permitted: setting net\.ipv4\.conf\.\S+ to \d is not permitted: give vipcast CAP_NET_ADMIN/,
    )
    assert.deepEqual([...new Set(await try_(...able))], ['done'])
  })

  it('say that /proc/sys is read-only where it is', async (test) => {
    if (process.getuid?.() !== 0) return test.skip('needs root')
    const readOnly = `mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && exec "$@"`
    const said = await host.exec('unshare', '-m', 'sh', '-c', readOnly, 'sh', process.execPath, main, 'silence')
    assert.match((JSON.parse(said) as Silenced).outcomes[0] ?? '', /^unsupported: .*\/proc\/sys is read-only here/)
  })

  it('are not needed for IPv6: nobody answers for an address on lo, not even a router with proxy_ndp', async () => {
    await host.exec('sh', '-ec', 'cd /proc/sys/net/ipv6/conf/all; echo 1 >forwarding; echo 1 >proxy_ndp')
    const ask = async (address: string): Promise<string> => {
      await neighbor.exec('bash', '-c', `ip -6 neigh flush dev eth0; echo >/dev/udp/${address}/9`)
      return resolved(neighbor, address)
    }
    assert.match(await ask('2001:db8:1::1'), /lladdr/)
    assert.match(await ask(six), /FAILED/)
  })
})

/** The neighbor's entry, once it is known whether somebody answers for the address. */
async function resolved(space: Namespace, address: string, device = 'eth0'): Promise<string> {
  let entry = ''
  await waitFor(`an answer for ${address}, or none`, async () => {
    entry = await space.exec('ip', 'neigh', 'show', address, 'dev', device)
    return /lladdr|FAILED/.test(entry)
  })
  return entry
}

function sendFrom(source: string, to: string): string {
  const end = (port: number, address: string): string => `pack_sockaddr_in(${port}, inet_aton("${address}"))`
  return `socket(S, AF_INET, SOCK_DGRAM, 0); bind(S, ${end(0, source)}); send(S, "x", 0, ${end(9, to)}) or die $!`
}

function hostScript(neighbor: number): string {
  return `
    ip link add eth0 type veth peer name eth0 netns ${neighbor}
    ip link set eth0 up
    ip address add ${own}/24 dev eth0
    ip address add 2001:db8:1::1/64 dev eth0 nodad
    ip link add other0 type bridge
    ip address add ${elsewhere}/24 dev other0
    ip link set other0 up
    ip address add ${vip}/32 dev lo scope host
    ip address add ${globalVip}/32 dev lo
    ip address add ${six}/128 dev lo nodad preferred_lft 0`
}

const neighborScript = `
  ip link set eth0 up
  ip address add 192.0.2.2/24 dev eth0
  ip address add 2001:db8:1::2/64 dev eth0 nodad
  ip route add ${elsewhere}/32 dev eth0
  ip -6 route add ${six}/128 dev eth0
  for family in ipv4 ipv6; do echo 50 >/proc/sys/net/$family/neigh/eth0/retrans_time_ms; done`

const lateScript = `
  ip address add 198.18.9.1/24 dev eth9
  ip route add 192.0.2.128/25 dev eth9
  echo 50 >/proc/sys/net/ipv4/neigh/eth9/retrans_time_ms`

const resetScript = `
  for place in all default lo eth0 other0; do
    for setting in arp_ignore arp_announce route_localnet; do echo 0 >${settings}/$place/$setting; done
  done`
