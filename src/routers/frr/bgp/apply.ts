import { hostPrefix } from '../../../domain/address.js'
import type { FittedAttributes } from '../../../domain/attributes.js'
import { TargetError, type Outcome, type RouteChange } from '../../../domain/target.js'
import { refusal, VtyFailed } from '../vty/errors.js'
import { shortTimeout, type Bgpd } from './bgpd.js'
import { enterInstance } from './instance.js'
import { makeMap, mapName, serves } from './route-map.js'
import { inWords, look, readAll, type Standing } from './standing.js'

/** Changes in one visit to the configuration: a change that waits for its turn waits for some tens of milliseconds. */
const chunkSize = 250

/** Milliseconds that one more change of a chunk may take. */
const timeoutPerChange = 10

type Announcement = Extract<RouteChange, { readonly kind: 'announce' }>

/** A change that goes to bgpd, and the one command that makes it. */
interface Step {
  readonly change: RouteChange
  readonly command: string
}

/**
 * Makes the changes in chunks, in their order. After a chunk that was not answered the rest is not tried: each would wait
 * as long, and all come back when the daemon answers.
 */
export async function applyChanges(
  bgpd: Bgpd,
  changes: readonly RouteChange[],
  taken: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (let at = 0; at < changes.length; at += chunkSize) {
    const chunk = changes.slice(at, at + chunkSize)
    try {
      outcomes.push(...(await applyChunk(bgpd, chunk, taken, signal)))
    } catch (failed) {
      if (!(failed instanceof VtyFailed)) throw failed
      const { outcome } = failed
      const rest: Outcome = { kind: 'failed', error: failed.error }
      return [...outcomes, ...chunk.map(() => outcome), ...changes.slice(at + chunkSize).map(() => rest)]
    }
  }
  return outcomes
}

/** Throws VtyFailed when bgpd did not answer. */
async function applyChunk(
  bgpd: Bgpd,
  chunk: readonly RouteChange[],
  taken: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const standing = await look(bgpd, chunk, taken, signal)
  const outcomes = new Map<RouteChange, Outcome>()
  const steps: Step[] = []
  const maps = new MapMaker(bgpd, standing, signal)
  for (const change of chunk) {
    const step = await stepOf(bgpd, change, standing, maps)
    if ('kind' in step) outcomes.set(change, step)
    else steps.push(step)
  }
  for (const [change, outcome] of await makeStatements(bgpd, steps, signal)) outcomes.set(change, outcome)
  return chunk.map((change) => outcomes.get(change) ?? done)
}

const done: Outcome = { kind: 'done' }

/** What has to be said for a change, or its outcome where nothing is to be done. */
async function stepOf(bgpd: Bgpd, change: RouteChange, standing: Standing, maps: MapMaker): Promise<Step | Outcome> {
  const prefix = hostPrefix(change.address)
  const holder = standing.holder(change.address.text)
  if (change.kind === 'withdraw') {
    // One that an announcement of this chunk makes is not there yet.
    const ours = holder === 'ours' || (holder === 'nobody' && maps.announces(change.address.text))
    return ours ? { change, command: `no network ${prefix}` } : done
  }
  if (holder === 'foreign') return { kind: 'failed', error: conflict(bgpd, change) }
  const made = await maps.mapFor(change)
  return 'error' in made
    ? { kind: 'failed', error: made.error }
    : { change, command: `network ${prefix} route-map ${made.name}` }
}

function conflict({ vty, instance }: Bgpd, { address }: Announcement): TargetError {
  const { router } = vty.question('')
  const prefix = hostPrefix(address)
  const message = `router ${router}: did not announce ${address.text}: \`${enterInstance(instance)}\` has a \`network ${prefix}\` that is not ours; remove it there, or take the address out of the pools`
  return new TargetError('conflict', message)
}

/** Finds or makes the route-maps of one chunk. */
class MapMaker {
  readonly #made = new Map<string, { readonly name: string } | { readonly error: TargetError }>()
  readonly #announced = new Set<string>()

  constructor(
    private readonly bgpd: Bgpd,
    private readonly standing: Standing,
    private readonly signal: AbortSignal,
  ) {}

  /** Whether an announcement of this chunk asked for the map of an address. */
  announces(address: string): boolean {
    return this.#announced.has(address)
  }

  /** Throws VtyFailed. */
  async mapFor(change: Announcement): Promise<{ readonly name: string } | { readonly error: TargetError }> {
    const key = mapName(change.attributes, this.bgpd.instance.asn)
    const known = this.#made.get(key) ?? (await this.#find(change))
    this.#made.set(key, known)
    if ('name' in known) this.#announced.add(change.address.text)
    return known
  }

  async #find(change: Announcement): Promise<{ readonly name: string } | { readonly error: TargetError }> {
    for (let variant = 0; ; variant += 1) {
      const name = mapName(change.attributes, this.bgpd.instance.asn, variant)
      const entries = this.standing.map(name)
      if (entries === undefined) return this.#make(name, change.attributes, inWords([change]))
      if (serves(entries, change.attributes)) return { name }
    }
  }

  /** A map that bgpd took in part alone goes again: it would give other attributes than its name says. */
  async #make(
    name: string,
    attributes: FittedAttributes,
    doing: string,
  ): Promise<{ readonly name: string } | { readonly error: TargetError }> {
    const { bgpd, signal } = this
    const commands = ['configure terminal', ...makeMap(name, attributes, bgpd.instance.asn), 'end']
    const answers = await bgpd.ask(commands, doing, shortTimeout, signal)
    const failed = answers.findIndex(({ status }) => status !== 0)
    const answer = answers[failed]
    if (answer === undefined) return { name }
    await bgpd.ask(['configure terminal', `no route-map ${name}`, 'end'], doing, shortTimeout, signal)
    return { error: refusal(answer, commands[failed] ?? '', bgpd.vty.question(doing)) }
  }
}

/** One visit to the configuration. Throws VtyFailed. */
async function makeStatements(
  bgpd: Bgpd,
  steps: readonly Step[],
  signal: AbortSignal,
): Promise<ReadonlyMap<RouteChange, Outcome>> {
  const outcomes = new Map<RouteChange, Outcome>()
  if (steps.length === 0) return outcomes
  const doing = inWords(steps.map(({ change }) => change))
  const { commands, places } = visit(bgpd, steps)
  const answers = await bgpd.ask(commands, doing, shortTimeout + steps.length * timeoutPerChange, signal)
  const refused: Step[] = []
  // What was refused on the way in was refused for all that follows.
  const closed = answers.findIndex(({ status }, at) => status !== 0 && !places.has(at))
  for (const [at, step] of places) {
    const cause = closed >= 0 && closed < at ? closed : at
    const answer = answers[cause]
    if (answer === undefined || answer.status === 0) outcomes.set(step.change, done)
    else {
      const question = bgpd.vty.question(inWords([step.change]))
      outcomes.set(step.change, { kind: 'failed', error: refusal(answer, commands[cause] ?? '', question) })
      if (step.change.kind === 'withdraw') refused.push(step)
    }
  }
  for (const change of await gone(bgpd, refused, signal)) outcomes.set(change, done)
  return outcomes
}

/** The commands of a visit, and which of them are steps. */
function visit(bgpd: Bgpd, steps: readonly Step[]): { commands: string[]; places: ReadonlyMap<number, Step> } {
  const commands = ['configure terminal', enterInstance(bgpd.instance)]
  const places = new Map<number, Step>()
  let inside: string | null = null
  for (const step of steps) {
    const { family } = step.change.address
    if (inside !== null && inside !== family) commands.push('exit-address-family')
    if (inside !== family) commands.push(`address-family ${family} unicast`)
    inside = family
    places.set(commands.length, step)
    commands.push(step.command)
  }
  return { commands: [...commands, 'end'], places }
}

/** Withdrawals that were refused because there is nothing of ours to withdraw. Throws VtyFailed. */
async function gone(bgpd: Bgpd, refused: readonly Step[], signal: AbortSignal): Promise<RouteChange[]> {
  if (refused.length === 0) return []
  const changes = refused.map(({ change }) => change)
  const standing = await readAll(bgpd, changes, signal)
  return changes.filter(({ address }) => standing.holder(address.text) !== 'ours')
}
