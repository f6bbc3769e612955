import { systemClock } from '../../src/platform/clock.js'
import type { FittedAttributes, OspfAttributes } from '../../src/domain/attributes.js'
import type { Outcome, RouteChange, RouterObserved } from '../../src/domain/target.js'
import type { Dialect } from '../../src/routers/frr/ospf/dialect.js'
import { OspfTarget } from '../../src/routers/frr/ospf/target.js'
import { Frr } from '../../testnet/lab/frr.js'
import { pools } from '../contract/router.contract.js'
import type { FrrWorld } from './frr-world.js'
import { address } from './routes.js'

const never = new AbortController().signal

/** What the neighbor `area` has of a host route: its metric as its own database tells it. */
export interface Seen {
  readonly as: 'external' | 'internal'
  readonly metric: number
  readonly metricType: 1 | 2 | null
}

/** One OSPF daemon of the lab of frr-world.ts: our target, and what somebody else sees of it. */
export class OspfWorld {
  readonly target: OspfTarget
  readonly #neighbor: Frr

  constructor(
    readonly world: FrrWorld,
    readonly dialect: Dialect,
    area = '0.0.0.0',
  ) {
    this.target = this.another(area)
    this.#neighbor = new Frr(world.area)
  }

  another(area = '0.0.0.0'): OspfTarget {
    const { dialect } = this
    const common = { name: 'core', sockets: this.world.frr.sockets, pools, clock: systemClock, random: Math.random }
    return new OspfTarget({ ...common, dialect, area })
  }

  apply(...changes: RouteChange[]): Promise<readonly Outcome[]> {
    return this.target.apply(changes, never)
  }

  look(): Promise<RouterObserved> {
    return this.target.observe(never)
  }

  /** The daemon's configuration, without what means nothing. */
  async configuration(): Promise<string> {
    const text = await this.world.frr.show(this.dialect.daemon, 'show running-config')
    return text.replace(/^!?\n/gm, '')
  }

  /** Lines of the operator's, below `configure terminal`. */
  operator(...lines: string[]): Promise<void> {
    return this.world.frr.configure(this.dialect.daemon, ...lines)
  }

  async bind(text: string, on = 'lo'): Promise<void> {
    await this.world.own.output(['ip', 'address', 'replace', host(text), 'dev', on, 'nodad'])
  }

  async unbind(text: string, on = 'lo'): Promise<void> {
    await this.world.own.output(['ip', 'address', 'del', host(text), 'dev', on])
  }

  /** What the neighbor's database says of a host route of ours. */
  async seen(text: string): Promise<Seen | undefined> {
    return this.dialect.daemon === 'ospfd' ? this.#seen2(text) : this.#seen3(text)
  }

  /** Whether the neighbor has noticed that the daemon is gone. */
  async isMissed(): Promise<boolean> {
    return !(await this.#neighbor.show(this.dialect.daemon, `${this.dialect.show} neighbor`)).includes('Full')
  }

  /** What the daemon says of what it should announce. */
  async explain(): Promise<string> {
    const { daemon, show } = this.dialect
    const external = daemon === 'ospfd' ? 'external' : 'as-external'
    const commands = [`${show} neighbor`, `${show} database ${external}`, 'show running-config']
    const ours = commands.map((command) => this.world.frr.show(daemon, command))
    const theirs = commands.slice(0, 2).map((command) => this.#neighbor.show(daemon, command))
    return [...(await Promise.all(ours)), 'the neighbor has:', ...(await Promise.all(theirs))].join('\n')
  }

  async #seen2(text: string): Promise<Seen | undefined> {
    const [external, router] = await Promise.all([
      this.#neighbor.show('ospfd', 'show ip ospf database external json'),
      this.#neighbor.show('ospfd', 'show ip ospf database router adv-router 192.0.2.1'),
    ])
    const lsa = lsasOf(JSON.parse(external)).find((one) => one['linkStateId'] === text && Number(one['lsaAge']) < 3600)
    if (lsa !== undefined) {
      const metricType = String(lsa['metricType']).startsWith('E1') ? 1 : 2
      return { as: 'external', metric: Number(lsa['metric']), metricType }
    }
    const link = router.split('Link connected to:').find((part) => part.includes(`Net: ${text}\n`))
    const metric = /TOS 0 Metric: (\d+)/.exec(link ?? '')?.[1]
    return metric === undefined ? undefined : { as: 'internal', metric: Number(metric), metricType: null }
  }

  async #seen3(text: string): Promise<Seen | undefined> {
    const [external, links] = await Promise.all([
      this.#neighbor.show('ospf6d', 'show ipv6 ospf6 database as-external detail json'),
      this.#neighbor.show('ospf6d', 'show ipv6 ospf6 database intra-prefix detail json'),
    ])
    const living = (json: string): Json[] => lsasOf(JSON.parse(json)).filter(({ age }) => Number(age) < 3600)
    const lsa = living(external).find(({ prefix }) => prefix === host(text))
    if (lsa !== undefined)
      return { as: 'external', metric: Number(lsa['metric']), metricType: String(lsa['bits']).includes('E') ? 2 : 1 }
    const prefixes = living(links).flatMap(({ prefix }) => prefix as readonly Json[])
    const link = prefixes.find(({ prefix }) => prefix === host(text))
    return link === undefined ? undefined : { as: 'internal', metric: Number(link['metric']), metricType: null }
  }
}

type Json = Readonly<Record<string, unknown>>

/** All maps of an answer that are LSAs, however it nests them. */
function lsasOf(value: unknown): Json[] {
  if (Array.isArray(value)) return value.flatMap(lsasOf)
  if (typeof value !== 'object' || value === null) return []
  const map = value as Json
  return 'lsaAge' in map || 'age' in map ? [map] : Object.values(map).flatMap(lsasOf)
}

export function host(text: string): string {
  return `${text}/${text.includes(':') ? 128 : 32}`
}

/** An announcement by OSPF alone. */
export function announceOspf(text: string, ospf: OspfAttributes, on = 'lo'): RouteChange {
  const attributes: FittedAttributes =
    ospf.as === 'internal' ? { bgp: {}, ospf, interface: on } : { bgp: {}, ospf: { as: 'external', ...ospf } }
  return { kind: 'announce', address: address(text), attributes }
}
