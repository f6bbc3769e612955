import type { DecodedPacket } from 'dns-packet'
import { decode, encode, RECURSION_DESIRED } from 'dns-packet'

import type { DnsRecordType } from '../domain/config.js'
import { recordText } from './dns-record.js'

/** What is asked. */
export interface DnsQuestion {
  readonly name: string
  readonly type: DnsRecordType
}

export interface DnsRecord {
  readonly type: string
  /** What it says; null when that can't be told. */
  readonly text: string | null
}

/** What somebody sent back. */
export type DnsMessage =
  /** The answer to another question, or of somebody who does not know what was asked. */
  | { readonly kind: 'foreign' }
  /** It bears our number and is no DNS answer. */
  | { readonly kind: 'invalid' }
  | { readonly kind: 'too-long' }
  | {
      readonly kind: 'answer'
      readonly truncated: boolean
      readonly rcode: string
      readonly records: readonly DnsRecord[]
    }

/**
 * Bytes of the longest message that is read. Names may point at pointers that point at others (RFC 1035 section 4.1.4):
 * 64 KiB of that hold the event loop for a quarter of a second, these for a few milliseconds.
 */
const longest = 8192

/** A query; `id` is a number from 0 to 65535 that nobody can guess. */
export function encodeQuery({ name, type }: DnsQuestion, id: number): Buffer {
  return encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [{ name, type }] })
}

/** Reads a message that came back for a query. */
export function readMessage(bytes: Buffer, question: DnsQuestion, id: number): DnsMessage {
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== id) return { kind: 'foreign' }
  if (bytes.length > longest) return { kind: 'too-long' }
  const packet = decodeWhole(bytes)
  if (packet === null || !packet.flag_qr) return { kind: 'invalid' }
  const rcode = rcodeOf(packet)
  // A server that could not read a query need not repeat its question.
  const { questions = [], answers = [] } = packet
  if (!questions.every(({ name, type }) => isSame(name, question.name) && type === question.type))
    return { kind: 'foreign' }
  if (questions.length === 0 && rcode === 'NOERROR') return { kind: 'foreign' }
  const records = answers.map((record) => ({ type: record.type, text: recordText(record) }))
  return { kind: 'answer', truncated: packet.flag_tc, rcode, records }
}

/** The library reads over the end of what is cut off, and makes records of nothing there. */
function decodeWhole(bytes: Buffer): DecodedPacket | null {
  try {
    const packet = decode(bytes)
    return decode.bytes <= bytes.length ? packet : null
  } catch {
    return null
  }
}

const rcodes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED']

function rcodeOf({ flags = 0 }: DecodedPacket): string {
  const code = flags & 0xf
  return rcodes[code] ?? `RCODE ${code}`
}

/** Names of the DNS are the same in upper and lower case (RFC 4343). */
function isSame(name: string, other: string): boolean {
  return withoutDot(name).toLowerCase() === withoutDot(other).toLowerCase()
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, '')
}
