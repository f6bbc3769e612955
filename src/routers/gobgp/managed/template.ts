/** What a template can name: a value, a list of values, or a list of inner scopes; null: not there. */
export type TemplateValue = string | number | readonly string[] | readonly TemplateScope[] | null

export interface TemplateScope {
  readonly [name: string]: TemplateValue
}

/**
 * Renders a TOML template: `${name}` is a value written as TOML, `#if name` and `#each list` up to their `#end` are kept
 * or repeated. These are comments to TOML, so that the template reads like what becomes of it. Throws for a template
 * that names what is not there: it comes with the package.
 */
export function renderTemplate(template: string, scope: TemplateScope): string {
  const lines = template.split('\n')
  const { text, next } = renderBlock(lines, 0, scope)
  if (next < lines.length) throw new Error(`template line ${next + 1}: #end without a beginning`)
  return text.join('\n')
}

/** Renders up to the `#end` that closes the block, or to the end of the template. */
function renderBlock(lines: readonly string[], from: number, scope: TemplateScope): { text: string[]; next: number } {
  const text: string[] = []
  let at = from
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const [, directive, name = ''] = /^#(if|each|end)\b\s*(\w*)$/.exec(line) ?? []
    if (directive === 'end') return { text, next: at }
    if (directive === undefined) {
      // Comments explain the template's language, too.
      text.push(line.startsWith('#') ? line : fill(line, scope, at))
      at += 1
      continue
    }
    const value = lookUp(name, scope, at)
    const scopes = directive === 'each' ? innerScopes(value, scope, at) : value === null ? [] : [scope]
    for (const inner of scopes) text.push(...renderBlock(lines, at + 1, inner).text)
    at = endOf(lines, at) + 1
  }
  return { text, next: at }
}

function endOf(lines: readonly string[], from: number): number {
  let depth = 0
  for (let at = from; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (/^#(if|each)\b/.test(line)) depth += 1
    if (line === '#end') depth -= 1
    if (depth === 0) return at
  }
  throw new Error(`template line ${from + 1}: no #end`)
}

function innerScopes(value: TemplateValue, scope: TemplateScope, at: number): TemplateScope[] {
  if (!Array.isArray(value)) throw new Error(`template line ${at + 1}: not a list`)
  return (value as readonly TemplateScope[]).map((inner) => ({ ...scope, ...inner }))
}

function fill(line: string, scope: TemplateScope, at: number): string {
  return line.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = lookUp(name, scope, at)
    if (value === null) throw new Error(`template line ${at + 1}: ${name} is not there`)
    return toToml(value)
  })
}

function lookUp(name: string, scope: TemplateScope, at: number): TemplateValue {
  const value = scope[name]
  if (value === undefined) throw new Error(`template line ${at + 1}: nothing is called ${name}`)
  return value
}

/** TOML's basic strings have JSON's escapes, and all but one of the characters that must be escaped are JSON's too. */
function toToml(value: Exclude<TemplateValue, null>): string {
  return JSON.stringify(value).replaceAll('\u007f', '\\u007F')
}
