/** What the line of a text agent says of its service. */
export type AgentAnswer =
  | { readonly kind: 'well' }
  | { readonly kind: 'unwell' }
  /** It speaks of other things alone, a limit of connections for one. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'garbage'; readonly word: string }

/**
 * Reads one line of the agent protocol that HAProxy defined: words, in any case, with blanks or commas between them. From
 * a `#` on it is a remark for people.
 *
 * | word                                      | meaning                                            |
 * |-------------------------------------------|----------------------------------------------------|
 * | up, ready, 1% and more                    | well                                               |
 * | drain, maint, down, fail, failed, stopped, 0% | unwell, whatever else is said                  |
 * | maxconn:30                                | nothing: a limit for balancers                     |
 * | any other                                 | garbage: this is no agent, or one of another kind  |
 */
export function parseAgentAnswer(line: string): AgentAnswer {
  const words = line
    .replace(/#.*/s, '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '')
  const meanings = words.map(meaningOf)
  if (meanings.includes('unwell')) return { kind: 'unwell' }
  const garbage = words[meanings.indexOf('garbage')]
  if (garbage !== undefined) return { kind: 'garbage', word: garbage }
  return { kind: meanings.includes('well') ? 'well' : 'silent' }
}

const known: ReadonlyMap<string, 'well' | 'unwell'> = new Map([
  ['up', 'well'],
  ['ready', 'well'],
  ['drain', 'unwell'],
  ['maint', 'unwell'],
  ['down', 'unwell'],
  ['fail', 'unwell'],
  ['failed', 'unwell'],
  ['stopped', 'unwell'],
])

function meaningOf(word: string): AgentAnswer['kind'] {
  if (/^\d+%$/.test(word)) return /^0+%$/.test(word) ? 'unwell' : 'well'
  if (/^maxconn:\d+$/.test(word)) return 'silent'
  return known.get(word) ?? 'garbage'
}
