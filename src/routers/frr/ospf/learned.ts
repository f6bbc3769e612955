import type { Address, Prefix } from '../../../domain/address.js'
import type { LearnedRoute } from '../../../domain/learned.js'
import { networksAround } from '../../common/sought.js'
import { mapsAt, parseJson, textAt, type JsonMap } from '../json.js'
import { Gibberish, type Answer } from '../vty/answers.js'
import type { VtyClient } from '../vty/client.js'
import { toFailure } from '../vty/errors.js'
import { listTimeout } from './ospf-daemon.js'
import type { Dialect } from './dialect.js'

/**
 * What OSPF knows that holds each address, itself included: zebra's table lists it by protocol also where another route is the
 * selected one, as the connected one of a bound VIP is. Throws VtyFailed.
 */
export async function listLearned(
  zebra: VtyClient,
  { family }: Dialect,
  sought: readonly Address[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly LearnedRoute[]>> {
  const found = new Map<string, readonly LearnedRoute[]>()
  for (const address of sought) {
    if (address.family !== family) continue
    const networks = networksAround(address)
    const show = family === 'ipv4' ? 'show ip route' : 'show ipv6 route'
    const commands = networks.map(({ text }) => `${show} ${text} json`)
    const doing = `look up what holds ${address.text}`
    const answers = await zebra.ask(commands, doing, listTimeout, signal)
    try {
      found.set(
        address.text,
        networks.flatMap((prefix, at) => readRoutes(prefix, answers[at])),
      )
    } catch (error) {
      throw error instanceof Gibberish ? toFailure(error, zebra.question(doing), true) : error
    }
  }
  return found
}

/** Throws Gibberish. */
function readRoutes(prefix: Prefix, answer: Answer | undefined): LearnedRoute[] {
  if (answer === undefined || answer.text.trim() === '') return []
  const routes = mapsAt(parseJson(answer), prefix.text).filter((route) => protocols.has(textAt(route, 'protocol')))
  return routes.flatMap((route) => hopsOf(route).map((via) => ({ prefix, source: { kind: 'ospf', via } as const })))
}

const protocols: ReadonlySet<string> = new Set(['ospf', 'ospf6'])

function hopsOf(route: JsonMap): string[] {
  return mapsAt(route, 'nexthops').flatMap((hop) => {
    const [ip, on] = [textAt(hop, 'ip'), textAt(hop, 'interfaceName')]
    // Of a subnet that OSPF shares with this host zebra names the interface alone: that is the host's own.
    return ip === '' ? [] : [on === '' ? ip : `${ip} on ${on}`]
  })
}
