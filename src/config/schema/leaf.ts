import { z } from 'zod'

/** What a value should have been. */
export class Wrong {
  constructor(
    /** What is wrong, of the value itself: `must be …`. */
    readonly message: string,
    /** What would be right. */
    readonly remedy: string,
  ) {}
}

/** How editors see a value: the JSON Schema of what is written in the file. */
export interface Editor {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly [keyword: string]: unknown
}

export const noValue = new Wrong('has no value', 'Write one, or leave this out')

/** A single value: `parse` turns what is written into what the program uses, or says what is wrong. */
export function leaf<T>(editor: Editor, parse: (written: unknown) => T | Wrong): z.ZodType<T> {
  return z
    .unknown()
    .transform((written, context): T => {
      const value = written === null ? noValue : parse(written)
      if (!(value instanceof Wrong)) return value
      context.addIssue({ code: 'custom', message: value.message, params: { remedy: value.remedy } })
      return z.NEVER
    })
    .meta(editor as z.core.GlobalMeta)
}

/** What somebody wrote, as a message quotes it. */
export function shown(written: unknown): string {
  if (Array.isArray(written)) return 'a list'
  if (typeof written === 'object' && written !== null) return 'a map'
  return `\`${String(written)}\``
}

/** A text; a number or a boolean without quotes is refused, since YAML may have changed what was written. */
export function textWith<T>(editor: Editor, parse: (text: string) => T | Wrong): z.ZodType<T> {
  return leaf({ type: 'string', ...editor }, (written) => {
    if (typeof written === 'string') return parse(written)
    const problem = `must be a text, not ${kindOf(written)}`
    if (typeof written !== 'number' && typeof written !== 'boolean') return new Wrong(problem, 'Write one text')
    const asText = parse(String(written))
    return asText instanceof Wrong ? asText : new Wrong(problem, `Put it in quotes: "${String(written)}"`)
  })
}

export function kindOf(written: unknown): string {
  if (Array.isArray(written)) return 'a list'
  if (typeof written === 'number') return 'a number'
  if (typeof written === 'boolean') return `\`${written}\``
  return typeof written === 'object' ? 'a map' : 'a text'
}
