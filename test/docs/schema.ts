type Word = string | number | boolean | null

/** As much of JSON Schema as ours uses. */
export interface Schema {
  readonly type?: string
  readonly description?: string
  readonly enum?: readonly Word[]
  readonly const?: Word
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
}

/** An object of the schema and the place of it in the file. */
export interface Section {
  readonly path: string
  /** Value of the key `type` that this one is for; null: it has no variants. */
  readonly kind: string | null
  readonly schema: Schema
}

/** The objects below a value: through lists, maps by name, and alternatives. */
export function objectsIn(path: string, schema: Schema): readonly Section[] {
  if (schema.properties !== undefined) return [{ path, kind: kindOf(schema), schema }]
  if (schema.items !== undefined) return objectsIn(`${path}[]`, schema.items)
  if (typeof schema.additionalProperties === 'object') return objectsIn(`${path}.<name>`, schema.additionalProperties)
  return alternatives(schema).flatMap((each) => objectsIn(path, each))
}

export function alternatives(schema: Schema): readonly Schema[] {
  return schema.anyOf ?? schema.oneOf ?? []
}

/** What may be written, in a few words. */
export function valueText(schema: Schema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (schema.items !== undefined) return `list: ${valueText(schema.items)}`
  if (alternatives(schema).length > 0) return alternativesText(schema)
  if (schema.properties !== undefined || schema.type === 'object') return 'map'
  if (schema.type === 'integer' || schema.type === 'number') return numberText(schema)
  if (schema.pattern?.endsWith('(ms|s|m|h)$') === true) return 'duration'
  return schema.type === 'boolean' ? '`true`, `false`' : 'text'
}

function alternativesText(schema: Schema): string {
  return [...new Set(alternatives(schema).map(valueText))].join(' or ')
}

function numberText({ minimum, maximum, type }: Schema): string {
  const noun = type === 'integer' ? 'number' : 'decimal number'
  if (minimum === undefined) return noun
  return maximum === undefined ? `${noun} from ${minimum}` : `${noun}, ${minimum} to ${maximum}`
}

function kindOf({ properties }: Schema): string | null {
  const kind = properties?.['type']?.const
  return typeof kind === 'string' ? kind : null
}
