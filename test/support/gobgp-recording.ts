import { readFileSync, readdirSync } from 'node:fs'

/** The messages of one call, each in hex. */
export interface RecordedCall {
  readonly requests: readonly string[]
  readonly responses: readonly string[]
}

export interface GobgpRecording {
  readonly version: string
  /** The daemon's own client announces, with every attribute. */
  readonly addIpv4: RecordedCall
  readonly addIpv6: RecordedCall
  /** Asked by us. */
  readonly getBgp: RecordedCall
  readonly listIpv4: RecordedCall
  readonly listIpv6: RecordedCall
  readonly listPeer: RecordedCall
  /** From the first event on: the neighbors, a route of somebody else added and deleted, a session lost. */
  readonly watch: RecordedCall
}

/** What the recorded client was told, apart from the network. */
export const recordedAttributes =
  'origin igp aspath 65001,65001 med 4294967295 local-pref 200 community 65001:100,no-export large-community 65001:1:2,4294967295:0:1'.split(
    ' ',
  )

const folder = 'test/fixtures/gobgp'

/** One recording of each generation, by version. */
export function readRecordings(): readonly GobgpRecording[] {
  return readdirSync(folder).map((file) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as GobgpRecording)
}

/** The bytes of a recorded message. */
export function bytes(hex: string | undefined): Uint8Array {
  return new Uint8Array(Buffer.from(hex ?? '', 'hex'))
}
