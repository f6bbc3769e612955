import type { z } from 'zod'

import { parseExpectation } from '../../../domain/expectation.js'
import { isHost } from '../addresses.js'
import { textWith, Wrong } from '../leaf.js'
import { wholeNumber } from '../scalars.js'

export const host = textWith(
  { description: 'Address or name; ${address}: each address of the VIP in turn' },
  (written) =>
    isHost(written) || written === '${address}'
      ? written
      : new Wrong(`\`${written}\` is not a host`, 'Write an address, a name, or "${address}", without a port'),
)

export const tcpPort = wholeNumber(1, 65535, 'TCP port')

/** A text to be found in the answer, or a regular expression between slashes. */
export function expectation(what: string): z.ZodType<string> {
  const description = `${what} contains this text, or /matches this regular expression/ (flags i, m, s, u)`
  return textWith({ description, minLength: 1 }, (written) => {
    if (written === '') return new Wrong('must not be empty', 'Write a text, or remove the key')
    const expected = parseExpectation(written)
    if (expected.kind !== 'invalid') return written
    return new Wrong(
      `\`${written}\` is no regular expression: ${expected.message.replace(/^Invalid regular expression: .*: /s, '')}`,
      'Correct it, or write a text without slashes around it',
    )
  })
}
