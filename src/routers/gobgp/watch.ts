import type { WatchEventResponse, Path, Peer } from '../../gen/gobgp/messages_pb.js'
import type { Speaker } from './api.js'
import type { Echoes } from './echoes.js'
import type { PoolSet } from '../common/pool-set.js'
import type { Sought } from '../common/sought.js'
import { hostOfPrefix, isLocal, networkOfPath } from './path.js'
import { decodeSession } from './sessions.js'

/** PeerEvent.type: what was so before the watch began. */
const initialState = 1

/** Reads the events of one watch and says which of them matter. */
export class Watch {
  readonly #speaker: Speaker
  readonly #pools: PoolSet
  readonly #echoes: Echoes
  readonly #sought: Sought
  /** Neighbors whose session is established, as far as events told. */
  readonly #established = new Set<string>()

  constructor(speaker: Speaker, pools: PoolSet, echoes: Echoes, sought: Sought) {
    this.#speaker = speaker
    this.#pools = pools
    this.#echoes = echoes
    this.#sought = sought
  }

  /** What changed, in words; nothing for our own changes and for what is none of our business. */
  read({ event }: WatchEventResponse): string[] {
    if (event.case === 'table') return event.value.paths.flatMap((path) => this.#readPath(path) ?? [])
    if (event.case !== 'peer' || event.value.peer === undefined) return []
    return this.#readPeer(event.value.peer, event.value.type === initialState) ?? []
  }

  /** Only the way in and out of Established counts: a neighbor that is down changes between the others for ever. */
  #readPeer(peer: Peer, initial: boolean): string[] | undefined {
    const { session, key } = decodeSession(this.#speaker.generation, peer, this.#speaker.asn)
    if (key === '' || session.established === this.#established.has(key)) return undefined
    if (session.established) this.#established.add(key)
    else this.#established.delete(key)
    return initial ? undefined : [`session ${session.neighbor} is ${session.state}`]
  }

  /** A best path that was learned, or none at all, means that ours is not there or not the best. */
  #readPath(path: Path): string[] | undefined {
    const network = networkOfPath(this.#speaker.generation, path)
    if (network === undefined) return undefined
    // Where paths of neighbors are told besides the best ones, this one may be both: one hint of two costs nothing.
    if (!isLocal(path) && this.#sought.concerns(network)) return [`route ${network} was learned or lost`]
    const text = hostOfPrefix(network)
    if (text === undefined) return undefined
    const word = isLocal(path) && !path.isWithdraw ? 'present' : 'absent'
    if (!this.#echoes.knows(text) && (word === 'absent' || this.#pools.find(text) === undefined)) {
      return undefined
    }
    return this.#echoes.isForeign(text, word) ? [`route ${text} was changed by somebody else`] : undefined
  }
}
