import { createLookup } from './lookup.js'
import type { ProbeTools } from './probe.js'

/** The tools of probers, but for those that are made here. */
export type GivenTools = Omit<ProbeTools, 'lookup'>

export function createTools(given: GivenTools): ProbeTools {
  return { ...given, lookup: createLookup(given.clock) }
}
