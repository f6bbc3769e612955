import type { DescField, DescMessage, Message, MessageShape } from '@bufbuild/protobuf'
import { timestampDate, TimestampSchema, type Timestamp } from '@bufbuild/protobuf/wkt'

/** A message as plain data for `--json` and for people: every key is there, null where nothing is set. */
export type Document<T> = T extends Timestamp
  ? string
  : T extends bigint
    ? number
    : T extends readonly (infer Item)[]
      ? readonly Document<Item>[]
      : T extends Message
        ? {
            readonly [Key in keyof T as Key extends '$typeName' | '$unknown' ? never : Key]-?: undefined extends T[Key]
              ? Document<Exclude<T[Key], undefined>> | null
              : Document<T[Key]>
          }
        : T

/**
 * By reflection, so that a new field of the API is in the documents without a second mapping. Protobuf's own JSON does not
 * do: it leaves out false, 0 and "", and turns 64-bit numbers into text.
 */
export function toDocument<Desc extends DescMessage>(
  desc: Desc,
  message: MessageShape<Desc>,
): Document<MessageShape<Desc>> {
  return plainMessage(desc, message) as Document<MessageShape<Desc>>
}

function plainMessage(desc: DescMessage, message: Message): unknown {
  if (desc.typeName === TimestampSchema.typeName) return timestampDate(message as Timestamp).toISOString()
  const values = message as unknown as Readonly<Record<string, unknown>>
  return Object.fromEntries(desc.fields.map((field) => [field.localName, plainField(field, values[field.localName])]))
}

function plainField(field: DescField, value: unknown): unknown {
  if (value === undefined) return null
  switch (field.fieldKind) {
    case 'message':
      return plainMessage(field.message, value as Message)
    case 'list': {
      const items = value as readonly unknown[]
      const { message } = field
      return items.map((item) => (message === undefined ? plainScalar(item) : plainMessage(message, item as Message)))
    }
    case 'scalar':
      return plainScalar(value)
    case 'enum':
    case 'map':
      throw new Error(`${field.toString()}: the API has neither enums nor maps`)
  }
}

function plainScalar(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}
