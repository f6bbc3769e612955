import { Wrong } from '../config/schema/leaf.js'
import { parseDuration } from '../config/schema/scalars.js'
import { usageError } from './context.js'

/** The duration of an option in milliseconds, written as in the configuration. */
export function durationOption(name: string, written: string): number {
  const value = parseDuration(written, 1)
  if (value instanceof Wrong) throw usageError(`--${name}: ${value.message}`, value.remedy)
  return value
}
