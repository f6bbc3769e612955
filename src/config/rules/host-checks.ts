import { spawnsPerSecond, spawnsWanted } from '../../domain/spawning.js'
import type { ReadFile } from '../read/file.js'

/** What checks of the host itself can't do on this host, or in this configuration. */
export function hostCheckRules(file: ReadFile): void {
  refuseUnknownRouters(file)
  refuseTooManyPrograms(file)
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
