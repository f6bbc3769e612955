/** What an answer must say: a text that it contains, or a regular expression that matches it somewhere. */
export type Expectation =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'pattern'; readonly pattern: RegExp }
  /** Written between slashes, but no regular expression. */
  | { readonly kind: 'invalid'; readonly message: string }

/**
 * `expect` and `expectBody` as written. `/…/`, with the flags i, m, s or u behind it, is a regular expression; every other
 * text is looked for as it stands, upper and lower case being different.
 */
export function parseExpectation(written: string): Expectation {
  const [, source, flags] = /^\/(.+)\/([imsu]*)$/s.exec(written) ?? []
  if (source === undefined) return { kind: 'text', text: written }
  try {
    return { kind: 'pattern', pattern: new RegExp(source, flags) }
  } catch (error) {
    return { kind: 'invalid', message: (error as Error).message }
  }
}
