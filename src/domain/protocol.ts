import type { RouterConfig } from './config.js'

export type Protocol = 'bgp' | 'ospf'

/** By what it is told to announce. */
export function protocolsOf(router: RouterConfig): readonly Protocol[] {
  switch (router.type) {
    case 'gobgp':
      return ['bgp']
    case 'frr':
      return (['bgp', 'ospf'] as const).filter((protocol) => router[protocol] !== null)
    // These announce what is bound, by what their own configuration says.
    case 'kernel':
    case 'frr-grpc':
      return []
  }
}

export function speaks(router: RouterConfig, protocol: Protocol): boolean {
  return protocolsOf(router).includes(protocol)
}
