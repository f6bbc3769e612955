/** A packet as a capture holds it. */
export interface Packet {
  /** Milliseconds since 1970, with all the digits that the capture has. */
  readonly at: number
  /** From the Ethernet header on. */
  readonly bytes: Buffer
}

const fileHeader = 24
const recordHeader = 16
const microseconds = 0xa1b2c3d4
const nanoseconds = 0xa1b23c4d

/** Reads the classic pcap format of a machine like ours (little endian) as it comes in. */
export function pcapReader(onPacket: (packet: Packet) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let perMillisecond: number | undefined
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    if (perMillisecond === undefined) {
      if (rest.length < fileHeader) return
      perMillisecond = resolutionOf(rest.readUInt32LE(0))
      rest = rest.subarray(fileHeader)
    }
    while (rest.length >= recordHeader) {
      const end = recordHeader + rest.readUInt32LE(8)
      if (rest.length < end) return
      const at = rest.readUInt32LE(0) * 1000 + rest.readUInt32LE(4) / perMillisecond
      onPacket({ at, bytes: rest.subarray(recordHeader, end) })
      rest = rest.subarray(end)
    }
  }
}

function resolutionOf(magic: number): number {
  if (magic === nanoseconds) return 1e6
  if (magic === microseconds) return 1e3
  throw new Error(`not a capture: it begins with ${magic.toString(16)}`)
}
