import { DbusReader, DbusWriter } from './dbus-values.js'

/** A call of a method of an object; its arguments are texts and lists of texts. */
export interface DbusCall {
  readonly destination: string
  readonly path: string
  readonly interface: string
  readonly member: string
  readonly args?: readonly (string | readonly string[])[]
}

/** What came in, as far as anybody looks at it; what a message lacks is empty, or 0. */
export interface DbusMessage {
  readonly type: 'call' | 'return' | 'error' | 'signal'
  readonly serial: number
  readonly replySerial: number
  readonly path: string
  readonly member: string
  readonly errorName: string
  readonly sender: string
  readonly body: DbusReader
}

/** Fields of a header, by number (D-Bus Specification, "Header Fields"). */
const field = {
  path: 1,
  interface: 2,
  member: 3,
  errorName: 4,
  replySerial: 5,
  destination: 6,
  sender: 7,
  signature: 8,
}

const types = ['call', 'return', 'error', 'signal'] as const

/** What comes before the fields: order of bytes, type, flags, version; lengths of the body and of the fields; serial number. */
const fixed = 16

/** The bus shall not try to start who should answer (NO_AUTO_START). */
const startNothing = 2

/** A message longer than that is none of systemd's. Bytes. */
const longest = 16 * 1024 * 1024

export function encodeCall(
  { destination, path, interface: name, member, args = [] }: DbusCall,
  serial: number,
): Buffer {
  const body = new DbusWriter()
  for (const arg of args) {
    if (typeof arg === 'string') body.text(arg)
    else body.array(4, () => arg.forEach((text) => body.text(text)))
  }
  const signature = args.map((arg) => (typeof arg === 'string' ? 's' : 'as')).join('')
  return encodeMessage(
    'call',
    serial,
    [
      [field.path, 'o', path],
      [field.interface, 's', name],
      [field.member, 's', member],
      [field.destination, 's', destination],
      [field.signature, 'g', signature],
    ],
    body.bytes(),
  )
}

export type HeaderField = readonly [code: number, type: 'o' | 's' | 'g', text: string] | readonly [number, 'u', number]

export function encodeMessage(
  type: DbusMessage['type'],
  serial: number,
  fields: readonly HeaderField[],
  body: Buffer,
): Buffer {
  const head = new DbusWriter()
  head.byte('l'.charCodeAt(0))
  head.byte(types.indexOf(type) + 1)
  head.byte(startNothing)
  head.byte(1)
  head.uint32(body.length)
  head.uint32(serial)
  head.array(8, () => {
    for (const [code, type, value] of fields) {
      head.align(8)
      head.byte(code)
      head.signature(type)
      if (type === 'u') head.uint32(value)
      else if (type === 'g') head.signature(value)
      else head.text(value)
    }
  })
  head.align(8)
  return Buffer.concat([head.bytes(), body])
}

/** How many bytes the message that begins here has; null: more are needed to know. Throws when it is none. */
export function messageLength(bytes: Buffer): number | null {
  if (bytes.length < fixed) return null
  const big = isBigEndian(bytes)
  const at = (offset: number): number => (big ? bytes.readUInt32BE(offset) : bytes.readUInt32LE(offset))
  const length = fixed + Math.ceil(at(12) / 8) * 8 + at(4)
  if (length > longest) throw new RangeError(`a message of ${length} bytes`)
  return length
}

/** Reads one whole message; null for a type that is not known, to be passed over. Throws when it is none. */
export function decodeMessage(bytes: Buffer): DbusMessage | null {
  const big = isBigEndian(bytes)
  const reader = new DbusReader(bytes, big)
  for (let n = 0; n < 2; n += 1) reader.uint32()
  const serial = reader.uint32()
  const texts = new Map<number, string>()
  let replySerial = 0
  reader.array(8, () => {
    reader.align(8)
    const code = reader.byte()
    const value = readVariant(reader)
    if (typeof value === 'string') texts.set(code, value)
    else if (code === field.replySerial) replySerial = value
  })
  const type = types[bytes.readUInt8(1) - 1]
  if (type === undefined) return null
  const text = (code: number): string => texts.get(code) ?? ''
  return {
    type,
    serial,
    replySerial,
    path: text(field.path),
    member: text(field.member),
    errorName: text(field.errorName),
    sender: text(field.sender),
    // A body is aligned by itself, since it begins at a multiple of 8.
    body: new DbusReader(bytes.subarray(fixed + Math.ceil(lengthOfFields(bytes, big) / 8) * 8), big),
  }
}

function lengthOfFields(bytes: Buffer, big: boolean): number {
  return big ? bytes.readUInt32BE(12) : bytes.readUInt32LE(12)
}

function readVariant(reader: DbusReader): string | number {
  const type = reader.signature()
  switch (type) {
    case 's':
    case 'o':
      return reader.text()
    case 'g':
      return reader.signature()
    case 'u':
      return reader.uint32()
    default:
      throw new RangeError(`a header with a value of type ${type}`)
  }
}

function isBigEndian(bytes: Buffer): boolean {
  const order = String.fromCharCode(bytes.readUInt8(0))
  if (order !== 'l' && order !== 'B') throw new RangeError('no message of D-Bus')
  return order === 'B'
}
