/**
 * Values as D-Bus marshals them (D-Bus Specification, "Marshaling"): each begins at a multiple of its own alignment, counted
 * from the beginning of the message. Only the types that calls to systemd and its answers are made of.
 */
export class DbusWriter {
  readonly #pieces: Buffer[] = []
  #length = 0

  align(to: number): void {
    this.#put(Buffer.alloc((to - (this.#length % to)) % to))
  }

  byte(value: number): void {
    this.#put(Buffer.of(value))
  }

  uint32(value: number): void {
    this.align(4)
    const piece = Buffer.alloc(4)
    piece.writeUInt32LE(value)
    this.#put(piece)
  }

  /** A string, or an object path. */
  text(value: string): void {
    const bytes = Buffer.from(`${value}\0`)
    this.uint32(bytes.length - 1)
    this.#put(bytes)
  }

  signature(value: string): void {
    this.byte(value.length)
    this.#put(Buffer.from(`${value}\0`, 'latin1'))
  }

  /** The padding before the first item does not count for its length. */
  array(alignment: number, items: () => void): void {
    this.align(4)
    const length = Buffer.alloc(4)
    this.#put(length)
    this.align(alignment)
    const begin = this.#length
    items()
    length.writeUInt32LE(this.#length - begin)
  }

  bytes(): Buffer {
    return Buffer.concat(this.#pieces)
  }

  #put(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#length += piece.length
  }
}

/** Reads what the other end wrote, in its own order of bytes. Throws RangeError where there is less than there should be. */
export class DbusReader {
  #at = 0

  constructor(
    private readonly bytes: Buffer,
    private readonly bigEndian: boolean,
  ) {}

  align(to: number): void {
    this.#at = Math.ceil(this.#at / to) * to
  }

  byte(): number {
    const value = this.bytes.readUInt8(this.#at)
    this.#at += 1
    return value
  }

  uint32(): number {
    this.align(4)
    const value = this.bigEndian ? this.bytes.readUInt32BE(this.#at) : this.bytes.readUInt32LE(this.#at)
    this.#at += 4
    return value
  }

  text(): string {
    return this.#text(this.uint32())
  }

  signature(): string {
    return this.#text(this.byte())
  }

  /** Calls `item` for each. */
  array(alignment: number, item: () => void): void {
    const length = this.uint32()
    this.align(alignment)
    const end = this.#at + length
    if (end > this.bytes.length) throw new RangeError('an array goes beyond the end of its message')
    while (this.#at < end) item()
  }

  #text(length: number): string {
    const end = this.#at + length
    if (end >= this.bytes.length) throw new RangeError('a text goes beyond the end of its message')
    const text = this.bytes.toString('utf8', this.#at, end)
    this.#at = end + 1
    return text
  }
}
