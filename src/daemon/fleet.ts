import { parseAddress, type Address } from '../domain/address.js'
import { bondOf } from '../domain/bond.js'
import { checkInstances, instanceKey } from '../domain/check-instance.js'
import type { CheckVerdict } from '../domain/check-verdict.js'
import type { CheckConfig, Config, VipConfig } from '../domain/config.js'
import {
  intentOf,
  wantedFor,
  wantedNowhere,
  type Intent,
  type Leaving,
  type Phase,
  type Wanted,
} from '../domain/desired.js'
import type { RouterFacts } from '../domain/fit.js'
import { leakDeadline, stepLeak, type Leak, type LeakSeen } from '../domain/leak.js'
import {
  firstHealth,
  giveWay,
  healthDeadline,
  releaseHold,
  stepHealth,
  type Health,
  type Inherited,
} from '../domain/health.js'
import type { Obstacle } from '../domain/override.js'
import { requestDeadline, type Request } from '../domain/request.js'
import { vote, type Verdict } from '../domain/vote.js'

/** One address of one VIP: the unit that has a verdict, an intent and reasons. */
export interface Subject {
  readonly vip: VipConfig
  readonly address: Address
  readonly health: Health
  readonly intent: Intent
  /** Announced by others while it must not be; null: not, or nobody knows. */
  readonly leak: Leak | null
  readonly wanted: Wanted
  /** The version of the routers that `wanted` was fitted to. */
  readonly fittedTo: number
}

/** What the fleet reads from its surroundings. */
export interface FleetInputs {
  readonly requestOf: (vip: VipConfig) => Request
  readonly phase: () => Phase
  readonly routers: () => ReadonlyMap<string, RouterFacts>
  /** Grows when the kinds of sessions of a router, or the routers themselves, change. */
  readonly routersVersion: () => number
  /** A router of the VIP that was last seen to announce the address by other means than ours. */
  readonly leaks: (vip: VipConfig, address: Address) => LeakSeen | null
  /** What keeps an address of an override from being taken over, and when time alone changes that. */
  readonly obstacle: (vip: VipConfig, address: Address) => Obstacle | null
  readonly overrideDeadline: (vip: VipConfig) => number | null
  /** Whether the address of an override lies in a subnet of this host, where its clients ask for it by ARP. */
  readonly inSubnet: (address: Address) => boolean
  readonly now: () => number
  /** 0 to 1, as Math.random. */
  readonly random: () => number
}

/**
 * How an address leaves that no configured VIP has any more and whose own settings are gone. Milliseconds. Where this host is
 * silent about some, it may be one of them.
 */
const leftover: Leaving = { lifetime: null, settle: 1_000, unbindWithdraws: false, silent: true }

/** The configured VIPs and what is wanted of each of their addresses. It changes nothing but itself. */
export class Fleet {
  readonly #inputs: FleetInputs
  readonly #subjects = new Map<string, Subject>()
  /** Of addresses that left the configuration: their settle time still holds. */
  readonly #departed = new Map<string, Wanted>()
  readonly #verdicts = new Map<string, CheckVerdict>()
  #vips = new Map<string, VipConfig>()
  #config: Config

  constructor(config: Config, inputs: FleetInputs) {
    this.#config = { ...config, vips: [] }
    this.#inputs = inputs
  }

  get config(): Config {
    return this.#config
  }

  get subjects(): ReadonlyMap<string, Subject> {
    return this.#subjects
  }

  vip(name: string): VipConfig | undefined {
    return this.#vips.get(name)
  }

  subjectsOf(vip: VipConfig): Subject[] {
    return vip.addresses.flatMap((address) => this.#subjects.get(address.text) ?? [])
  }

  /** Takes a configuration. Addresses that stay keep their health; returns every address of the old and the new one. */
  configure(config: Config, inherited: (address: string, vip: VipConfig) => Inherited): Set<string> {
    const touched = new Set(this.#subjects.keys())
    const previous = new Map(this.#subjects)
    this.#config = config
    this.#vips = new Map(config.vips.map((vip) => [vip.name, vip]))
    this.#subjects.clear()
    const now = this.#inputs.now()
    for (const vip of config.vips) {
      for (const address of vip.addresses) {
        const before = previous.get(address.text)
        const health = before?.health ?? firstHealth(inherited(address.text, vip), config.lifecycle.adoptFor, now)
        this.#subjects.set(address.text, this.#subject(vip, address, health, before ?? null))
        this.#departed.delete(address.text)
        touched.add(address.text)
      }
    }
    for (const [text, { vip, address, wanted }] of previous) {
      if (this.#subjects.has(text)) continue
      this.#departed.set(text, wantedNowhere(address, { ...wanted, settle: vip.settle }))
    }
    return touched
  }

  /** A check's verdict; returns the addresses that it counts for. */
  setCheckVerdict(vip: string, check: CheckConfig, address: Address | null, verdict: CheckVerdict): readonly Address[] {
    this.#verdicts.set(instanceKey({ vip, check, address }), verdict)
    return address === null ? (this.vip(vip)?.addresses ?? []) : [address]
  }

  forgetChecks(): void {
    const live = new Set(this.#config.vips.flatMap((vip) => checkInstances(vip).map(instanceKey)))
    for (const key of this.#verdicts.keys()) if (!live.has(key)) this.#verdicts.delete(key)
  }

  /** Works the address out anew; returns it before and after, or undefined when no VIP has it. */
  refresh(address: string): { before: Subject; after: Subject } | undefined {
    const before = this.#subjects.get(address)
    if (before === undefined) return undefined
    const { vip, intent } = before
    const { requestOf, phase, routersVersion, leaks, obstacle, now } = this.#inputs
    const verdict = vote(vip.require, this.#ballots(before))
    const stepped = verdict === before.health.verdict ? before.health : this.#stepped(before, verdict)
    const fresh = intentOf(vip, stepped, requestOf(vip), phase(), obstacle(vip, before.address), now())
    const givesWay = fresh.reason === 'address-conflict' && intent.kind !== 'withdraw'
    const health = givesWay ? giveWay(stepped, vip, this.#inputs.random(), now()) : stepped
    const leak = stepLeak(before.leak, fresh, health.verdict, leaks(vip, before.address), now())
    // Of one VIP, kind and reason of the intent decide what is wanted, and so does what its routers take and others announce.
    const asIntended = fresh.kind === intent.kind && fresh.reason === intent.reason
    const same = asIntended && leak === before.leak && before.fittedTo === routersVersion()
    const heard = this.#mustBeSilent(vip, before.address, before.wanted) && !before.wanted.silent
    if (same && !heard && health === before.health) return { before, after: before }
    const after =
      same && !heard ? { ...before, health } : this.#subject(vip, before.address, health, { ...before, leak })
    this.#subjects.set(address, after)
    return { before, after }
  }

  /** An operator's word ends the hold-down of all addresses of a VIP. */
  release(vip: VipConfig): void {
    for (const subject of this.subjectsOf(vip)) {
      const { address, health } = subject
      this.#subjects.set(address.text, this.#subject(vip, address, releaseHold(health), subject))
    }
  }

  /** What is wanted of an address, also of one that no VIP has. */
  wanted(address: string): Wanted {
    return (
      this.#subjects.get(address)?.wanted ?? this.#departed.get(address) ?? wantedNowhere(addressOf(address), leftover)
    )
  }

  /** When time alone changes something about an address. */
  deadline(address: string, now: number): number | null {
    const subject = this.#subjects.get(address)
    if (subject === undefined) return null
    const { vip, health, leak } = subject
    const deadlines = [
      healthDeadline(health, now),
      requestDeadline(this.#inputs.requestOf(vip), now),
      leakDeadline(leak, health.verdict, now),
      this.#inputs.overrideDeadline(vip),
    ].filter((at) => at !== null)
    return deadlines.length === 0 ? null : Math.min(...deadlines)
  }

  #subject(vip: VipConfig, address: Address, health: Health, before: Pick<Subject, 'leak' | 'wanted'> | null): Subject {
    const { requestOf, phase, routers, routersVersion, leaks, obstacle, now } = this.#inputs
    const intent = intentOf(vip, health, requestOf(vip), phase(), obstacle(vip, address), now())
    const leak = stepLeak(before?.leak ?? null, intent, health.verdict, leaks(vip, address), now())
    const bond = bondOf(vip, this.#config)
    // What others announce is announced while it is bound, as at a router of type kernel.
    const [held, hangs] =
      leak === null
        ? [vip, bond]
        : [
            { ...vip, bind: 'announced' as const },
            { ...bond, announces: true },
          ]
    const silent = this.#mustBeSilent(vip, address, before?.wanted ?? null)
    const wanted = { ...wantedFor(held, address, intent, phase(), routers(), hangs), silent }
    return { vip, address, health, intent, leak, wanted, fittedTo: routersVersion() }
  }

  /**
   * Of an override that it was once: its interface may go and come again, and the kernel would answer before anybody looks.
   */
  #mustBeSilent({ mode }: VipConfig, address: Address, before: Pick<Wanted, 'silent'> | null): boolean {
    if (address.family !== 'ipv4') return false
    if (mode === 'local') return true
    return mode === 'override' && (before?.silent === true || this.#inputs.inSubnet(address))
  }

  #stepped({ vip, health, intent }: Subject, verdict: Verdict): Health {
    const limits = { ...vip, adoptFor: this.#config.lifecycle.adoptFor }
    const isAnnounced = intent.kind === 'announce' || intent.kind === 'keep'
    return stepHealth(health, verdict, isAnnounced, limits, this.#inputs.now())
  }

  #ballots({ vip, address }: Subject): { impact: CheckConfig['impact']; verdict: CheckVerdict }[] {
    return vip.checks.map((check) => {
      const key = instanceKey({ vip: vip.name, check, address: check.perAddress ? address : null })
      return { impact: check.impact, verdict: this.#verdicts.get(key) ?? 'unknown' }
    })
  }
}

/** A leftover's address by its text, which an observation or the journal made from an Address. */
function addressOf(text: string): Address {
  const address = parseAddress(text)
  if (address === undefined) throw new Error(`${text} is not an address.`)
  return address
}
