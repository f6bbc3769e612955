import type { Declare } from '../execute.js'
import { check } from './check.js'
import { claim } from './claim.js'
import { disable, enable, undrain } from './disable.js'
import { drain } from './drain.js'
import { events } from './events.js'
import { explain } from './explain.js'
import { notBuilt } from './not-built.js'
import { plan } from './plan.js'
import { rearm } from './rearm.js'
import { release } from './release.js'
import { reload } from './reload.js'
import { run } from './run.js'
import { source } from './source.js'
import { status } from './status.js'
import { validate } from './validate.js'
import { withdraw } from './withdraw.js'

/** By name, in the order of the help text. */
const built = {
  run,
  validate,
  plan,
  status,
  explain,
  check,
  events,
  drain,
  undrain,
  disable,
  enable,
  claim,
  release,
  rearm,
  source,
  reload,
  withdraw,
}

export const commands: readonly Declare[] = [...Object.values(built), notBuilt]

/** Those that `--help` lists, for telling what was meant. */
export const commandNames: readonly string[] = Object.keys(built)
