import type { Address } from '../../../domain/address.js'
import type { LearnedRoute } from '../../../domain/learned.js'
import { networksAround } from '../../common/sought.js'
import { mapAt, mapsAt, parseJson, textAt, type JsonMap } from '../json.js'
import { listTimeout, type Bgpd } from './bgpd.js'
import { showTable } from './instance.js'

/**
 * What neighbors announce that holds each address, itself included. There is no question for all of it: each length is asked
 * for, 0.1 ms each. Throws VtyFailed.
 */
export async function listLearned(
  bgpd: Bgpd,
  sought: readonly Address[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly LearnedRoute[]>> {
  const found = new Map<string, readonly LearnedRoute[]>()
  for (const address of sought) {
    const doing = `look up what holds ${address.text}`
    const networks = networksAround(address)
    const commands = networks.map(({ text }) => showTable(bgpd.instance, address.family, text))
    const answers = await bgpd.ask(commands, doing, listTimeout, signal)
    const learned = bgpd.read(doing, () =>
      networks.flatMap((prefix, at) => {
        const answer = answers[at]
        if (answer === undefined || answer.text.trim() === '') return []
        return mapsAt(parseJson(answer), 'paths')
          .filter(isLearned)
          .map((path) => ({ prefix, source: sourceOf(path) }))
      }),
    )
    found.set(address.text, learned)
  }
  return found
}

function isLearned(path: JsonMap): boolean {
  return path['sourced'] !== true && path['valid'] === true && path['removed'] !== true
}

function sourceOf(path: JsonMap): LearnedRoute['source'] {
  const asPath = textAt(mapAt(path, 'aspath'), 'string').split(' ').map(Number).filter(Number.isInteger)
  const nextHop = textAt(mapsAt(path, 'nexthops')[0] ?? {}, 'ip')
  return {
    kind: 'bgp',
    neighbor: textAt(mapAt(path, 'peer'), 'peerId'),
    asPath: asPath.filter((asn) => asn > 0),
    nextHop: nextHop === '' ? null : nextHop,
  }
}
