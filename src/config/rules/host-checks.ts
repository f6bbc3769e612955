import { checkInstances } from '../../domain/check-instance.js'
import { echoTurn } from '../../domain/echo-turn.js'
import { protocolsOf } from '../../domain/protocol.js'
import { spawnsPerSecond, spawnsWanted } from '../../domain/spawning.js'
import { durationText } from '../schema/scalars.js'
import type { ReadFile } from '../read/file.js'

/** What checks of the host itself can't do on this host, or in this configuration. */
export function hostCheckRules(file: ReadFile): void {
  refuseUnknownRouters(file)
  refuseTooManyPrograms(file)
  warnOfSlowEchoes(file)
  refuseSilentRouters(file)
}

/** See docs/checks.md: one process sends them, one each millisecond, to each host as often as any check asks for. */
function warnOfSlowEchoes({ vips }: ReadFile): void {
  const pings = vips
    .flatMap(({ checks }) => checks.checks)
    .filter(({ config }) => config.probe.type === 'ping')
    .sort((a, b) => a.config.fastInterval - b.config.fastInterval)
  const [hasty] = pings
  if (hasty === undefined) return
  const { fastInterval } = hasty.config
  const probes = vips.flatMap(({ config }) => checkInstances(config)).map(({ probe }) => probe)
  const hosts = new Set(probes.flatMap((probe) => (probe.type === 'ping' ? [probe.host] : []))).size
  const turn = echoTurn(hosts, fastInterval)
  if (turn <= fastInterval) return
  const spot = hasty.place.entry('fastInterval') ?? hasty.place
  spot.warn(
    `${hosts} host${hosts === 1 ? '' : 's'} can get one echo in ${turn} ms each, not in ${durationText(fastInterval)}`,
    'Write a longer fastInterval, or ping fewer hosts',
  )
}

/** Points at the one that is run most often. */
function refuseTooManyPrograms({ config, vips }: ReadFile): void {
  const wanted = spawnsWanted(config.vips)
  if (wanted <= spawnsPerSecond) return
  const programs = vips.flatMap(({ checks }) => checks.checks).filter(({ config }) => config.probe.type === 'exec')
  const [place] = programs.sort((a, b) => a.config.interval - b.config.interval).map(({ place }) => place)
  const spot = place?.entry('interval') ?? place
  spot?.refuse(
    `the exec checks of this file start ${Math.ceil(wanted)} programs a second together, and vipcast starts ${spawnsPerSecond} at most`,
    'Write longer intervals; identical checks of several VIPs run once',
  )
}

/** A router that tells nothing of sessions: such a check would never have a verdict. */
function refuseSilentRouters({ routers, vips }: ReadFile): void {
  const silent = new Map(
    routers.flatMap(({ name, config }) =>
      config !== null && protocolsOf(config).length === 0 ? [[name, config.type]] : [],
    ),
  )
  for (const { config, place } of vips.flatMap((vip) => vip.checks.checks)) {
    if (config.probe.type !== 'bgp' || !silent.has(config.probe.router)) continue
    place
      .entry('router')
      ?.refuse(
        `the router \`${config.probe.router}\` is of type ${silent.get(config.probe.router)}, which tells nothing of sessions`,
        'Write a router of another type, or remove the check',
      )
  }
}

function refuseUnknownRouters({ routers, vips }: ReadFile): void {
  const names = routers.map(({ name }) => name)
  for (const { config, place } of vips.flatMap((vip) => vip.checks.checks)) {
    if (config.probe.type !== 'bgp' || config.probe.router === '' || names.includes(config.probe.router)) continue
    place
      .entry('router')
      ?.refuse(
        `there is no router \`${config.probe.router}\``,
        names.length === 0 ? 'Add it to `routers`' : `Write one of: ${names.join(', ')}`,
      )
  }
}
