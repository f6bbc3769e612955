/** What a daemon said to one command. */
export interface Answer {
  readonly text: string
  /** A result code of FRR's command parser (lib/command.h): 0 is success. */
  readonly status: number
}

/** What came is no answer of a vty. */
export class Gibberish extends Error {
  override readonly name = 'Gibberish'
}

/** Zero bytes behind the text of an answer; the status follows. */
const zeros = 3

/** Bytes of one answer: the table of 100,000 host routes takes 30 MB, a daemon that never stops must not take all memory. */
export const longestAnswer = 128 * 1024 * 1024

/** Cuts the bytes of a vty connection into answers: a text, three zero bytes, one byte of status. */
export class AnswerReader {
  readonly #longest: number
  #text: Buffer[] = []
  #length = 0
  /** Zero bytes seen behind the text. */
  #zeros = 0

  constructor(longest = longestAnswer) {
    this.#longest = longest
  }

  /** The answers that these bytes complete. Throws Gibberish. */
  read(bytes: Buffer): Answer[] {
    const answers: Answer[] = []
    let at = 0
    while (at < bytes.length) {
      if (this.#zeros === 0) at = this.#readText(bytes, at)
      else if (this.#zeros < zeros) at = this.#readZero(bytes, at)
      else answers.push(this.#finish(bytes[at++] ?? 0))
    }
    return answers
  }

  #readText(bytes: Buffer, from: number): number {
    const zero = bytes.indexOf(0, from)
    const to = zero < 0 ? bytes.length : zero
    this.#text.push(bytes.subarray(from, to))
    this.#length += to - from
    if (this.#length > this.#longest) throw new Gibberish(`an answer of more than ${this.#longest} bytes`)
    if (zero < 0) return to
    this.#zeros = 1
    return to + 1
  }

  #readZero(bytes: Buffer, at: number): number {
    if (bytes[at] !== 0) throw new Gibberish('a zero byte inside a text')
    this.#zeros += 1
    return at + 1
  }

  #finish(status: number): Answer {
    const text = Buffer.concat(this.#text, this.#length).toString('utf8')
    this.#text = []
    this.#length = 0
    this.#zeros = 0
    return { text, status }
  }
}
