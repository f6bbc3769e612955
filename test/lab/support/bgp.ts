import { formatAddress } from './addresses.js'

/** What an UPDATE says (RFC 4271, RFC 4760, RFC 1997, RFC 8092), in words that a test can compare. */
export interface BgpUpdate {
  /** Of both families, `203.0.113.80/32`. */
  readonly announced: readonly string[]
  readonly withdrawn: readonly string[]
  /** NEXT_HOP, or that of MP_REACH_NLRI, where a link-local address may follow the global one. Empty in a withdrawal. */
  readonly nextHops: readonly string[]
  readonly origin?: 'igp' | 'egp' | 'incomplete'
  /** An AS_SET is a list in the list. */
  readonly asPath?: readonly (number | readonly number[])[]
  readonly med?: number
  readonly localPref?: number
  /** `65001:100`; well-known ones as numbers too: no-export is 65535:65281. */
  readonly communities?: readonly string[]
  readonly largeCommunities?: readonly string[]
}

export type BgpMessage =
  | { readonly type: 'open' | 'keepalive' | 'route-refresh' | 'other' }
  | { readonly type: 'notification'; readonly code: number; readonly subcode: number }
  | { readonly type: 'update'; readonly update: BgpUpdate }

const headerLength = 19
const marker = Buffer.alloc(16, 0xff)

/** Cuts a stream of bytes into BGP messages. */
export class BgpReader {
  #rest: Buffer = Buffer.alloc(0)

  read(bytes: Buffer): BgpMessage[] {
    this.#rest = Buffer.concat([this.#rest, bytes])
    const messages: BgpMessage[] = []
    while (this.#rest.length >= headerLength) {
      if (!this.#rest.subarray(0, 16).equals(marker)) throw new Error('these bytes are no BGP message')
      const length = this.#rest.readUInt16BE(16)
      if (this.#rest.length < length) break
      messages.push(parseMessage(this.#rest.readUInt8(18), this.#rest.subarray(headerLength, length)))
      this.#rest = this.#rest.subarray(length)
    }
    return messages
  }
}

function parseMessage(type: number, body: Buffer): BgpMessage {
  switch (type) {
    case 1:
      return { type: 'open' }
    case 2:
      return { type: 'update', update: parseUpdate(body) }
    case 3:
      return { type: 'notification', code: body.readUInt8(0), subcode: body.readUInt8(1) }
    case 4:
      return { type: 'keepalive' }
    case 5:
      return { type: 'route-refresh' }
    default:
      return { type: 'other' }
  }
}

/** Reads the body of an UPDATE. AS numbers are taken to have four octets, as all daemons here negotiate (RFC 6793). */
export function parseUpdate(body: Buffer): BgpUpdate {
  const attributesAt = 2 + body.readUInt16BE(0)
  const nlriAt = attributesAt + 2 + body.readUInt16BE(attributesAt)
  const found: { -readonly [Key in keyof BgpUpdate]: BgpUpdate[Key] } = {
    announced: parsePrefixes(body.subarray(nlriAt), 4),
    withdrawn: parsePrefixes(body.subarray(2, attributesAt), 4),
    nextHops: [],
  }
  for (const [code, value] of splitAttributes(body.subarray(attributesAt + 2, nlriAt))) {
    Object.assign(found, parseAttribute(code, value, found))
  }
  return found
}

/** Type and value of each path attribute. */
function* splitAttributes(bytes: Buffer): Generator<[number, Buffer]> {
  let at = 0
  while (at < bytes.length) {
    const extended = (bytes.readUInt8(at) & 0x10) !== 0
    const start = at + (extended ? 4 : 3)
    const length = extended ? bytes.readUInt16BE(at + 2) : bytes.readUInt8(at + 2)
    yield [bytes.readUInt8(at + 1), bytes.subarray(start, start + length)]
    at = start + length
  }
}

function parseAttribute(code: number, value: Buffer, soFar: BgpUpdate): Partial<BgpUpdate> {
  switch (code) {
    case 1:
      return { origin: (['igp', 'egp', 'incomplete'] as const)[value.readUInt8(0)] ?? 'incomplete' }
    case 2:
      return { asPath: parseAsPath(value) }
    case 3:
      return { nextHops: [formatAddress(value)] }
    case 4:
      return { med: value.readUInt32BE(0) }
    case 5:
      return { localPref: value.readUInt32BE(0) }
    case 8:
      return { communities: numbers(value, 2, 2) }
    case 14: {
      const end = 4 + value.readUInt8(3)
      const prefixes = parsePrefixes(value.subarray(end + 1), addressLength(value))
      return { announced: [...soFar.announced, ...prefixes], nextHops: split(value.subarray(4, end)) }
    }
    case 15:
      return { withdrawn: [...soFar.withdrawn, ...parsePrefixes(value.subarray(3), addressLength(value))] }
    case 32:
      return { largeCommunities: numbers(value, 4, 3) }
    default:
      return {}
  }
}

/** Octets of an address of the family that MP_REACH_NLRI and MP_UNREACH_NLRI begin with. */
function addressLength(value: Buffer): number {
  return value.readUInt16BE(0) === 1 ? 4 : 16
}

function split(nextHops: Buffer): string[] {
  const length = nextHops.length === 4 ? 4 : 16
  return Array.from({ length: nextHops.length / length }, (_, at) =>
    formatAddress(nextHops.subarray(at * length, (at + 1) * length)),
  )
}

function parsePrefixes(bytes: Buffer, octets: number): string[] {
  const prefixes: string[] = []
  let at = 0
  while (at < bytes.length) {
    const length = bytes.readUInt8(at)
    const end = at + 1 + Math.ceil(length / 8)
    const address = Buffer.alloc(octets)
    bytes.copy(address, 0, at + 1, end)
    prefixes.push(`${formatAddress(address)}/${length}`)
    at = end
  }
  return prefixes
}

function parseAsPath(value: Buffer): (number | number[])[] {
  const path: (number | number[])[] = []
  let at = 0
  while (at < value.length) {
    const isSet = value.readUInt8(at) === 1
    const count = value.readUInt8(at + 1)
    const start = at + 2
    const members = Array.from({ length: count }, (_, index) => value.readUInt32BE(start + index * 4))
    path.push(...(isSet ? [members] : members))
    at = start + count * 4
  }
  return path
}

/** Groups of `count` numbers of `octets` octets, joined by colons. */
function numbers(value: Buffer, octets: number, count: number): string[] {
  const all = Array.from({ length: value.length / octets }, (_, at) => value.readUIntBE(at * octets, octets))
  return Array.from({ length: all.length / count }, (_, at) => all.slice(at * count, (at + 1) * count).join(':'))
}
