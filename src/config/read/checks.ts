import { asksForAddress } from '../../domain/check-instance.js'
import type { CheckConfig } from '../../domain/config.js'
import { checkShapes, everyCheckShape } from '../schema/checks.js'
import { durationText } from '../schema/scalars.js'
import { Fields, type Inherited } from './fields.js'
import { readKind } from './kind.js'
import type { Place } from './place.js'
import { probeReaders } from './probes.js'

/** A check, and where it stands. */
export interface ReadCheck {
  readonly config: CheckConfig
  readonly place: Place
}

/** A VIP's checks; `complete` when none had to be left out. */
export interface ReadChecks {
  readonly checks: readonly ReadCheck[]
  readonly complete: boolean
}

const example = '{type: tcp, host: 127.0.0.1, port: 80}'

/** Reads the list of a VIP's checks. */
export function readChecks(place: Place, defaults: Inherited | null): ReadChecks {
  if (!place.expect('list', `[${example}]`)) return { checks: [], complete: false }
  const drafts = place.items().map((item) => readCheck(item, defaults))
  const read = drafts.filter((draft) => draft !== undefined)
  return { checks: nameChecks(read), complete: read.length === drafts.length }
}

/** A check that stands alone, under a key of its own. */
export function readCheckAlone(place: Place, defaults: Inherited | null): ReadCheck | undefined {
  return readCheck(place, defaults)
}

type EveryCheck = Fields<typeof everyCheckShape>

interface Draft extends ReadCheck {
  readonly fields: EveryCheck
}

/** Undefined when even its type is wrong: then nothing can be said of its other keys. */
function readCheck(place: Place, defaults: Inherited | null): Draft | undefined {
  if (!place.expect('map', example)) return undefined
  const type = readKind(place, checkShapes)
  if (type === undefined) return undefined
  const probe = probeReaders[type](place)
  const fields = new Fields(place, everyCheckShape, { inherited: defaults, ignoreUnknown: true })
  const config: CheckConfig = {
    name: fields.get('name', type),
    ...readTiming(fields),
    rise: fields.get('rise', 3),
    fall: fields.get('fall', 2),
    impact: fields.get('impact', 'withdraw'),
    tripwire: fields.get('tripwire', true),
    perAddress: asksForAddress(probe),
    probe,
  }
  return { place, config, fields }
}

function readTiming(fields: EveryCheck): Pick<CheckConfig, 'interval' | 'fastInterval' | 'timeout'> {
  const interval = fields.get('interval', 1000)
  const fastInterval = fields.get('fastInterval', Math.min(interval, Math.max(50, Math.round(interval / 4))))
  const timeout = fields.get('timeout', Math.min(500, interval))
  notLonger(fields, 'timeout', timeout, interval)
  notLonger(fields, 'fastInterval', fastInterval, interval)
  return { interval, fastInterval, timeout }
}

/** The fault is shown where it was made: at the check's own key, and in `defaults` only when both come from there. */
function notLonger(fields: EveryCheck, key: 'timeout' | 'fastInterval', value: number, interval: number): void {
  if (value <= interval || !fields.good(key, 'interval')) return
  const spot = fields.own(key) || !fields.own('interval') ? fields.spot(key) : fields.spot('interval')
  fields.place.problems.refuse(
    spot,
    `${key} ${durationText(value)} is more than interval ${durationText(interval)}`,
    `Write a ${key} of at most ${durationText(interval)}, or a longer interval`,
  )
}

/** Each is called what it says, else by its type, else by its type and a number; a name given twice is refused. */
function nameChecks(drafts: readonly Draft[]): ReadCheck[] {
  const taken = new Set<string>()
  for (const { config, fields } of drafts.filter(({ fields }) => fields.own('name') && fields.good('name'))) {
    if (!taken.has(config.name)) taken.add(config.name)
    else fields.at('name')?.refuse(`a check of this VIP is named \`${config.name}\` already`, 'Give it another name')
  }
  return drafts.map(({ place, config, fields }) => {
    const name = fields.own('name') ? config.name : freeName(config.probe.type, taken)
    taken.add(name)
    return { place, config: { ...config, name } }
  })
}

function freeName(type: string, taken: ReadonlySet<string>): string {
  let name = type
  for (let n = 2; taken.has(name); n += 1) name = `${type}-${n}`
  return name
}
