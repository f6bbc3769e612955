import type { Field, Type } from 'protobufjs'
import protobuf from 'protobufjs'
import protojson from 'protobufjs/ext/protojson.js'

import type { Json, JsonObject } from '../domain/config.js'
import { CallError } from './call-error.js'
import { shownJson } from './shown.js'

/** Says where an answer differs from what was expected; null when it does not. */
export type Differs = (answer: JsonObject) => string | null

/**
 * Compares messages of a type with what is expected of them, both in protobuf's JSON mapping. Each key that is expected
 * must be as it is written; what is not named may be anything. Throws, with one sentence, for keys and values that no
 * such message can have.
 */
export function expectMessage(type: Type, expected: JsonObject): Differs {
  const tests = Object.entries(expected).map(([key, value]) => expectField(type, key, value))
  return (answer) => firstOf(tests, (test) => test(answer))
}

function expectField(type: Type, key: string, expected: Json): Differs {
  const field = type.fieldsArray.find(({ name, jsonName, protoName }) => [name, jsonName, protoName].includes(key))
  if (field === undefined)
    throw new CallError('expect', `${type.fullName.slice(1)} has no field ${key}, which \`expect\` names`)
  const { jsonName } = field.resolve()
  if (expected === null) return (answer) => compare(jsonName, null, answer[jsonName] ?? null)
  if (field instanceof protobuf.MapField) return expectEntries(type, field, expected)
  const message = plainMessage(field)
  if (message !== null && field.repeated) return expectItems(message, field, expected)
  if (message !== null) return expectNested(message, field, expected)
  // What a field has when it was never set stands in no JSON, neither here nor there.
  const wanted = canonical(type, field, expected)
  return (answer) => compare(jsonName, wanted, answer[jsonName])
}

function expectNested(message: Type, { jsonName }: Field, expected: Json): Differs {
  const differs = expectMessage(message, asObject(jsonName, expected))
  return (answer) => {
    const actual = answer[jsonName]
    return isObject(actual) ? inside(jsonName, differs(actual)) : `answer has no ${jsonName}`
  }
}

function expectItems(message: Type, { jsonName }: Field, expected: Json): Differs {
  if (!Array.isArray(expected)) throw new CallError('expect', `\`expect\` must have a list as ${jsonName}`)
  const items = (expected as readonly Json[]).map((item) => expectMessage(message, asObject(jsonName, item)))
  return (answer) => {
    const actual = answer[jsonName] ?? []
    if (!Array.isArray(actual) || actual.length !== items.length) {
      return `answer has ${Array.isArray(actual) ? actual.length : 'no'} ${jsonName}, expected ${items.length}`
    }
    return firstOf(items.entries(), ([at, differs]) => inside(`${jsonName}[${at}]`, differs(actual[at] as JsonObject)))
  }
}

/** Entries that are not named may be anything, as fields may. */
function expectEntries(type: Type, field: Field, expected: Json): Differs {
  const { jsonName } = field
  const wanted = Object.entries(asObject(jsonName, canonical(type, field, expected) ?? {}))
  return (answer) => {
    const actual = answer[jsonName]
    const entries = isObject(actual) ? actual : {}
    return firstOf(wanted, ([key, value]) => compare(`${jsonName}[${JSON.stringify(key)}]`, value, entries[key]))
  }
}

/** The way in which an answer would have this value; undefined when it would not stand there at all. */
function canonical(type: Type, field: Field, value: Json): Json | undefined {
  try {
    const message = protojson.fromJson(type, { [field.jsonName]: value })
    return (protojson.toJson(type, message) as JsonObject)[field.jsonName]
  } catch (error) {
    throw new CallError('expect', `\`expect\` does not fit: ${(error as Error).message}`, { cause: error })
  }
}

/** The type of a field whose value is a message with fields, and not one of those that JSON writes in its own way. */
function plainMessage({ resolvedType }: Field): Type | null {
  if (!(resolvedType instanceof protobuf.Type)) return null
  return resolvedType.fullName.startsWith('.google.protobuf.') ? null : resolvedType
}

function compare(path: string, expected: Json | undefined, actual: Json | undefined): string | null {
  return isSame(expected, actual) ? null : `answer has ${path} ${shownValue(actual)}, expected ${shownValue(expected)}`
}

function isSame(expected: Json | undefined, actual: Json | undefined): boolean {
  if (typeof expected === 'number' && typeof actual === 'number') {
    // A float field holds only so much of what was written.
    return expected === actual || Math.fround(expected) === actual
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return expected.length === actual.length && expected.every((item: Json, at) => isSame(item, actual[at] as Json))
  }
  if (isObject(expected) && isObject(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)])
    return [...keys].every((key) => isSame(expected[key], actual[key]))
  }
  return expected === actual
}

function shownValue(value: Json | undefined): string {
  return value === undefined || value === null ? 'unset' : shownJson(value)
}

function inside(path: string, difference: string | null): string | null {
  return difference === null ? null : difference.replace(/^answer has (no )?/, (start) => `${start}${path}.`)
}

function asObject(path: string, value: Json): JsonObject {
  if (isObject(value)) return value
  throw new CallError('expect', `\`expect\` must have a map as ${path}`)
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function firstOf<T>(items: Iterable<T>, test: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = test(item)
    if (found !== null) return found
  }
  return null
}
