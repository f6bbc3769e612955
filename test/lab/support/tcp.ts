import { formatAddress } from './addresses.js'

/** A TCP segment and who sent it. */
export interface Segment {
  readonly from: string
  readonly fromPort: number
  readonly to: string
  readonly toPort: number
  readonly sequence: number
  readonly syn: boolean
  readonly reset: boolean
  readonly payload: Buffer
}

const etherIpv4 = 0x0800
const etherIpv6 = 0x86dd
const tcp = 6

/** The TCP segment in an Ethernet frame; undefined when there is none. IPv6 extension headers are not followed. */
export function parseSegment(frame: Buffer): Segment | undefined {
  const type = frame.readUInt16BE(12)
  const ip = frame.subarray(14)
  if (type === etherIpv4 && ip[9] === tcp) {
    const header = ((ip[0] ?? 0) & 0x0f) * 4
    // Beyond the packet's own length there may be padding of the frame.
    return segment(ip.subarray(12, 16), ip.subarray(16, 20), ip.subarray(header, ip.readUInt16BE(2)))
  }
  if (type === etherIpv6 && ip[6] === tcp) {
    return segment(ip.subarray(8, 24), ip.subarray(24, 40), ip.subarray(40, 40 + ip.readUInt16BE(4)))
  }
  return undefined
}

function segment(from: Buffer, to: Buffer, bytes: Buffer): Segment {
  return {
    from: formatAddress(from),
    fromPort: bytes.readUInt16BE(0),
    to: formatAddress(to),
    toPort: bytes.readUInt16BE(2),
    sequence: bytes.readUInt32BE(4),
    syn: (bytes.readUInt8(13) & 0x02) !== 0,
    reset: (bytes.readUInt8(13) & 0x04) !== 0,
    payload: bytes.subarray((bytes.readUInt8(12) >> 4) * 4),
  }
}

/** One direction of a connection: gives each byte once, in order. */
export class TcpStream {
  #expected: number | undefined

  /** The bytes of this segment that are new. Throws when some before them were not captured. */
  accept({ syn, sequence, payload }: Segment): Buffer {
    if (syn) {
      this.#expected = (sequence + 1) >>> 0
      return Buffer.alloc(0)
    }
    // A capture may begin in the middle of a connection.
    this.#expected ??= sequence
    const seen = (this.#expected - sequence) | 0
    if (seen < 0) throw new Error(`${-seen} bytes of a connection are missing in the capture`)
    if (seen >= payload.length) return Buffer.alloc(0)
    this.#expected = (sequence + payload.length) >>> 0
    return payload.subarray(seen)
  }
}
