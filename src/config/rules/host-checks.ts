import type { ReadFile } from '../read/file.js'

/** What checks of the host itself can't do on this host, or in this configuration. */
export function hostCheckRules(file: ReadFile): void {
  refuseUnknownRouters(file)
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
