import { configJsonSchema } from '../../src/config/json-schema.js'
import { objectsIn, valueText, type Schema, type Section } from './schema.js'

const head = `# Configuration

One YAML file, \`/etc/vipcast/vipcast.yaml\` unless \`--config\` names another. This page is made from the schema that the program reads it
with. \`vipcast validate\` names every error with line, column and what would be right; editors complete and check with
\`vipcast.schema.json\` of the package. [own-host.md](own-host.md) has whole files.

A duration is one number and a unit: \`250ms\`, \`1s\`, \`5m\`, \`2h\`. An address without a length is a host. IPv6 addresses are written in quotes inside
\`[ ]\` and \`{ }\`. A key in **bold** must be there.
`

/** docs/configuration.md. */
export function configurationPage(): string {
  const sections = allSections(configJsonSchema())
  return [head, ...sections.map(sectionText)].join('\n')
}

/** One heading: an object, or the keys that all kinds of it share. */
interface Heading {
  readonly title: string
  /** Other places that take the same keys. */
  readonly also: string[]
  readonly note: string | null
  readonly properties: Readonly<Record<string, Schema>>
  readonly required: readonly string[]
}

/** From the top of the file down; \`defaults\` comes last, since it repeats what checks and VIPs have. */
function allSections(file: Schema): readonly Heading[] {
  const found = new Map<string, Heading>()
  const queue: (readonly Section[])[] = [[{ path: '', kind: null, schema: file }]]
  for (let group = queue.shift(); group !== undefined; group = queue.shift()) {
    for (const heading of headingsOf(group)) {
      const shape = JSON.stringify(heading.properties)
      const known = found.get(shape)
      known?.also.push(heading.title)
      if (known === undefined) found.set(shape, heading)
    }
    for (const { path, schema } of group) {
      for (const [key, value] of defaultsLast(schema.properties ?? {})) {
        const below = objectsIn(path === '' ? key : `${path}.${key}`, value)
        if (below.length > 0) queue.push(below)
      }
    }
  }
  return [...found.values()].filter(({ properties }) => Object.keys(properties).length > 0)
}

function defaultsLast(properties: Readonly<Record<string, Schema>>): readonly [string, Schema][] {
  const { defaults, ...others } = properties
  return Object.entries(defaults === undefined ? others : { ...others, defaults })
}

function headingsOf(group: readonly Section[]): readonly Heading[] {
  const kinds = group.filter(({ kind }) => kind !== null)
  const path = group[0]?.path ?? ''
  if (kinds.length < 2)
    return group.map(({ schema }) => heading(path === '' ? 'The file' : `\`${path}\``, schema, null))
  const shared = sharedKeys(group.map(({ schema }) => schema))
  const properties = Object.fromEntries(
    Object.entries(group[0]?.schema.properties ?? {}).filter(([key]) => shared.has(key)),
  )
  return [
    heading(`\`${path}\``, { properties, required: ['type'] }, 'Keys of every kind; `type` is one of those below.'),
    ...kinds.map(({ kind, schema }) => heading(`\`${path}\` of type ${kind}`, without(schema, shared), null)),
  ]
}

function heading(title: string, { properties, required }: Schema, note: string | null): Heading {
  return { title, also: [], note, properties: properties ?? {}, required: required ?? [] }
}

function sharedKeys(schemas: readonly Schema[]): ReadonlySet<string> {
  const [first = {}, ...others] = schemas.map(({ properties }) => properties ?? {})
  const same = (key: string): boolean =>
    others.every((other) => JSON.stringify(other[key]) === JSON.stringify(first[key]))
  return new Set(Object.keys(first).filter(same))
}

function without(schema: Schema, shared: ReadonlySet<string>): Schema {
  const own = Object.entries(schema.properties ?? {}).filter(([key]) => !shared.has(key))
  return { ...schema, properties: Object.fromEntries(own) }
}

function sectionText({ title, also, note, properties, required }: Heading): string {
  const rows = Object.entries(properties).map(([key, schema]) => {
    const name = required.includes(key) ? `**\`${key}\`**` : `\`${key}\``
    return `| ${name} | ${cell(valueText(schema))} | ${cell(description(schema))} |`
  })
  const same = also.length === 0 ? '' : `\nThe same keys: ${also.join(', ')}.\n`
  const says = note === null ? '' : `\n${note}\n`
  return `## ${title}\n${says}${same}\n| key | value | meaning |\n|---|---|---|\n${rows.join('\n')}\n`
}

function description(schema: Schema): string {
  return schema.description ?? schema.items?.description ?? ''
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
