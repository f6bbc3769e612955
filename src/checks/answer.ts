import type { Expectation } from '../domain/expectation.js'
import { parseExpectation } from '../domain/expectation.js'
import { shown } from './shown.js'

/** How much of an answer is read and searched, in bytes: a service that never stops sending costs no more than this. */
export const maxAnswer = 256 * 1024

/** The text of an answer as it comes in, and whether it says what is expected. */
export interface Answer {
  /** Takes the next piece. */
  add(piece: string): void
  /** Whether what came so far is as expected. */
  readonly met: boolean
  /** Characters so far. */
  readonly length: number
  /** For a person: what is missing, and of what. */
  lacks(subject?: string): string
}

export function collectAnswer(expectation: Expectation): Answer {
  let text = ''
  let met = false
  return {
    add: (piece) => {
      const before = text.length
      text += piece
      met ||= meets(expectation, text, before)
    },
    get met() {
      return met
    },
    get length() {
      return text.length
    },
    lacks: (subject = 'answer') => `${subject} lacks ${named(expectation)}${text === '' ? '' : `: ${shown(text)}`}`,
  }
}

/** Throws for a text that the configuration refuses as well, so that it can't be a finding. */
export function expectationOf(written: string): Expectation {
  const expectation = parseExpectation(written)
  if (expectation.kind === 'invalid') throw new TypeError(`${written} is no regular expression: ${expectation.message}`)
  return expectation
}

/** A text that began in an earlier piece can only end in the new one, so nothing before that is searched again. */
function meets(expectation: Expectation, text: string, before: number): boolean {
  switch (expectation.kind) {
    case 'text':
      return text.indexOf(expectation.text, Math.max(0, before - expectation.text.length + 1)) >= 0
    case 'pattern':
      return expectation.pattern.test(text)
    case 'invalid':
      return false
  }
}

function named(expectation: Expectation): string {
  switch (expectation.kind) {
    case 'text':
      return JSON.stringify(expectation.text)
    case 'pattern':
      return String(expectation.pattern)
    case 'invalid':
      return expectation.message
  }
}
