import { prefixContains } from '../../../domain/address.js'
import type { ForeignRoute, ObservedRoute, RouterObserved, Session } from '../../../domain/target.js'
import { sleep, type Clock } from '../../../platform/clock.js'
import { parseJson } from '../json.js'
import type { Dialect } from './dialect.js'
import { attributesOf } from './held.js'
import { readOriginated, showOriginated, type Originated } from './lsdb.js'
import type { OspfDaemon } from './ospf-daemon.js'
import type { OspfConfiguration } from './running-config.js'
import { readSessions } from './sessions.js'
import { isOurRedistribute, standingIn, type Standing } from './standing.js'

/** One look at a daemon: all that it says of us at one moment. */
export interface OspfLook {
  readonly daemon: string
  readonly configuration: OspfConfiguration
  readonly standing: ReadonlyMap<string, Standing>
  readonly originated: Originated
  readonly sessions: readonly Session[]
}

/** Milliseconds from an acknowledged change to its LSA: zebra tells ospf6d the routes anew, and events of ospfd wait for one another. */
const originatesWithin = 250
const lookAgain = 10

/** Throws VtyFailed. */
export async function lookAt(daemon: OspfDaemon, signal: AbortSignal): Promise<OspfLook> {
  const doing = 'read its configuration and database'
  const { dialect } = daemon.place
  const more = [...showOriginated(dialect), `${dialect.show} neighbor json`, 'show version']
  const [configuration, external, internal, neighbors, version] = await daemon.look(more, doing, signal)
  return daemon.read(doing, () => {
    const originated = readOriginated(external, internal, dialect, daemon.pools)
    const sent = new Set([...originated.external, ...originated.internal])
    return {
      daemon: `${dialect.daemon} ${/FRRouting (\S+)/.exec(version?.text ?? '')?.[1] ?? 'of unknown release'}`,
      configuration,
      standing: standingIn(configuration, dialect),
      originated,
      sessions: neighbors === undefined ? [] : readSessions(parseJson(neighbors), dialect, sent),
    }
  })
}

/** Lists our routes, the neighbors, and what of ours is in the database. `lastChange`: when. Throws VtyFailed. */
export async function observeOspf(
  daemon: OspfDaemon,
  lastChange: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<RouterObserved> {
  for (;;) {
    const look = await lookAt(daemon, signal)
    const isWaiting = clock.now() - lastChange < originatesWithin && !isSettled(look)
    if (!isWaiting || signal.aborted) return observedIn(look, daemon.place.dialect)
    await sleep(clock, lookAgain, signal)
  }
}

/** Whether the database says what the configuration does. */
function isSettled({ standing, originated }: OspfLook): boolean {
  const ours = [...standing.values()].every(({ address, held }) => originated[held.kind].has(address.text))
  return ours && [...originated.external, ...originated.internal].every((text) => standing.has(text))
}

function observedIn(look: OspfLook, dialect: Dialect): RouterObserved {
  const routes = new Map<string, ObservedRoute>()
  for (const [text, { address, held, intact }] of look.standing) {
    routes.set(text, { address, attributes: intact ? attributesOf(held) : null })
  }
  return {
    daemon: look.daemon,
    routes,
    sessions: look.sessions,
    nextHops: new Map(),
    foreign: foreignIn(look, dialect),
    learned: null,
  }
}

/**
 * Host routes inside the pools that are in the database by what the operator configured. Without such a line it is one of ours on
 * its way out: the LSA of stub links waits for `timers throttle lsa`.
 */
function foreignIn(
  { standing, originated, configuration, sessions }: OspfLook,
  dialect: Dialect,
): RouterObserved['foreign'] {
  const sentTo = sessions.filter(({ established }) => established).map(({ neighbor }) => neighbor)
  const foreign = new Map<string, ForeignRoute>()
  const redistributes = configuration.redistributes.filter((line) => !isOurRedistribute(line, dialect))
  const tell = (text: string, lines: readonly string[]): void => {
    if (lines.length > 0) foreign.set(text, { by: lines.map((line) => `\`${line}\``).join(', '), sentTo })
  }
  for (const text of originated.external) {
    if (standing.get(text)?.held.kind !== 'external') tell(text, redistributes)
  }
  for (const text of originated.internal) {
    if (standing.get(text)?.held.kind !== 'internal') tell(text, linkedBy(text, configuration, dialect))
  }
  return foreign
}

/** The lines that can make a stub link of an address. */
function linkedBy(text: string, { networks, interfaces }: OspfConfiguration, { family, map }: Dialect): string[] {
  const holding = networks.filter(({ prefix }) => prefixContains(prefix, { family, text }))
  const whole = [...interfaces].filter(
    ([on, { area, areas, filter }]) => areas.has(text) || (area !== null && filter !== `${map}-on-${on}`),
  )
  return [...holding.map(({ prefix }) => `network ${prefix.text}`), ...whole.map(([on]) => `interface ${on}`)]
}
