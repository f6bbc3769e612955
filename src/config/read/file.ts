import type { Prefix } from '../../domain/address.js'
import type { Config, Probe } from '../../domain/config.js'
import type { ProbeProblem } from '../../domain/probe-problem.js'
import { prefix } from '../schema/addresses.js'
import { commonShape } from '../schema/checks.js'
import { defaultsShape, fileShape } from '../schema/file.js'
import { readControl, readHttp, readLifecycle, readLog, readTripwires } from './daemon.js'
import { Fields } from './fields.js'
import type { Place } from './place.js'
import { readRouter, type ReadRouter } from './routers.js'
import { readSource, type ReadSourceGroup } from './source.js'
import { readVip, readVipDefaults, type ReadVip } from './vips.js'

/** The whole file as read: what is wrong has been refused, and the rest can still be looked at by rules. */
export interface ReadFile {
  readonly config: Config
  readonly fields: Fields<typeof fileShape>
  /** `complete` when every pool could be read. */
  readonly pools: { readonly places: readonly { prefix: Prefix; place: Place }[]; readonly complete: boolean }
  readonly routers: readonly ReadRouter[]
  readonly vips: readonly ReadVip[]
  readonly sourceGroups: readonly ReadSourceGroup[]
}

export interface Environment {
  /** The host's name: `node` when the file does not name it. */
  readonly hostname: string
  /** Looks at the files that a probe names; without it they are first read by the daemon. */
  readonly inspect?: (probe: Probe) => Promise<ProbeProblem | null>
}

export function readFile(root: Place, file: string, environment: Environment): ReadFile {
  const fields = new Fields(root, fileShape, {
    nested: ['pools', 'defaults', 'routers', 'vips', 'lifecycle', 'control', 'http', 'log', 'source', 'tripwires'],
    example: 'the keys `pools`, `routers` and `vips`',
  })
  const pools = readPools(fields.at('pools'))
  const routers = named(fields.at('routers')).map(([name, place]) => readRouter(name, place))
  const vips = readVips(fields, routers)
  const source = readSource(fields.at('source'))
  const runDir = fields.get('runDir', '/run/vipcast')
  const config: Config = {
    file,
    node: fields.get('node', environment.hostname),
    pools: pools.places.map(({ prefix }) => prefix),
    routers: routers.flatMap(({ config }) => config ?? []),
    vips: vips.map(({ config }) => config),
    lifecycle: readLifecycle(fields.at('lifecycle')),
    control: readControl(fields.at('control'), runDir, fields.at('runDir')),
    http: readHttp(fields.at('http')),
    log: readLog(fields.at('log')),
    source: source.config,
    tripwires: readTripwires(fields.at('tripwires')),
    runDir,
    stateDir: fields.get('stateDir', '/var/lib/vipcast'),
  }
  return { config, fields, pools, routers, vips, sourceGroups: source.groups }
}

function readPools(place: Place | undefined): ReadFile['pools'] {
  if (!place?.expect('list', '[203.0.113.0/24]')) return { places: [], complete: false }
  const items = place.items()
  if (items.length === 0) place.refuse('must not be empty', 'List the networks that your VIPs are in')
  const places = items.flatMap((item) => {
    const read = item.parse(prefix(''))
    return read === undefined ? [] : [{ prefix: read, place: item }]
  })
  return { places, complete: items.length > 0 && places.length === items.length }
}

function readVips(fields: Fields<typeof fileShape>, routers: readonly ReadRouter[]): ReadVip[] {
  const place = fields.at('defaults')
  const defaults = place && new Fields(place, defaultsShape, { nested: ['check', 'vip'] })
  const check = defaults?.at('check')
  const vip = defaults?.at('vip')
  const context = {
    checkDefaults: check === undefined ? null : new Fields(check, commonShape),
    routers: routers.map(({ name }) => name),
    described: routers.flatMap(({ config }) => config ?? []),
  }
  const vipDefaults = vip === undefined ? null : readVipDefaults(vip, context)
  return named(fields.at('vips')).map(([name, place]) => readVip(name, place, { ...context, vipDefaults }))
}

function named(place: Place | undefined): (readonly [string, Place])[] {
  return place?.expect('map', '{name: {…}}') ? place.entries() : []
}
