import type { LookupAddress } from 'node:dns'
import { lookup as askSystem } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'

import type { Clock } from '../platform/clock.js'
import { limited } from './limited.js'

/** Resolves a name as the host does, /etc/hosts included; rejects with the system's code. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>

const resolveBySystem: Resolve = (name) => askSystem(name, { all: true, order: 'verbatim' })

/** How long addresses are used before they are asked for again: the system's resolver does not tell the record's time. */
const freshFor = 5_000

/**
 * The system's resolver holds one of Node's four threads for as long as it waits for a name server that may be dead, and
 * reading a file needs a thread as well: so never more than this many at a time.
 */
const atATime = 2

/** Names that are remembered; a service that redirects to ever new ones must not fill the memory. */
const rememberedNames = 4096

interface Name {
  addresses: readonly LookupAddress[] | null
  freshUntil: number
  asking: Promise<readonly LookupAddress[]> | null
}

/**
 * One lookup for all who ask for the same name. Known addresses serve while they are asked for again, and when the name
 * server does not answer: a check tests its service, not the name server.
 */
export function createLookup(clock: Clock, resolve: Resolve = resolveBySystem): LookupFunction {
  const names = new Map<string, Name>()
  const inTurn = limited(atATime)

  const refresh = async (text: string, name: Name): Promise<readonly LookupAddress[]> => {
    try {
      name.addresses = await inTurn(() => resolve(text))
      name.freshUntil = clock.now() + freshFor
      return name.addresses
    } catch (error) {
      if (name.addresses !== null && (error as NodeJS.ErrnoException).code === 'EAI_AGAIN') return name.addresses
      name.addresses = null
      throw error
    } finally {
      name.asking = null
    }
  }
  const addressesOf = (text: string): Promise<readonly LookupAddress[]> => {
    const name = names.get(text) ?? { addresses: null, freshUntil: 0, asking: null }
    if (names.size >= rememberedNames) names.clear()
    names.set(text, name)
    if (name.addresses !== null && clock.now() < name.freshUntil) return Promise.resolve(name.addresses)
    name.asking ??= refresh(text, name)
    if (name.addresses === null) return name.asking
    name.asking.catch(() => {}) // the next one who asks hears of it
    return Promise.resolve(name.addresses)
  }

  return (text, options, callback) => {
    const answer = (found: readonly LookupAddress[]): void => {
      const addresses = found.filter(({ family }) => fits(family, options.family))
      const [first] = addresses
      if (first === undefined) callback(notFound(text), '')
      else if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    }
    const refuse = (error: NodeJS.ErrnoException): void => callback(error, '')
    addressesOf(text).then(answer, refuse)
  }
}

function fits(family: number, wanted: number | 'IPv4' | 'IPv6' | undefined): boolean {
  return wanted === undefined || wanted === 0 || wanted === family || wanted === `IPv${family}`
}

function notFound(name: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${name} has no such address`), { code: 'ENOTFOUND' })
}
