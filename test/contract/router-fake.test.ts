import type { Address } from '../../src/domain/address.js'
import { createFakeRouter } from '../support/fake-router.js'
import { fromPeer } from '../support/fake-surroundings.js'
import { core, edge, keptBack, missing, pools, routerContract } from './router.contract.js'

routerContract('fake', async () => {
  const target = createFakeRouter('fake', pools, 'path', async () => {})
  const up = { state: 'established', established: true, rejects: ({ text }: Address) => text === keptBack } as const
  target.session(edge, { ...up, kind: 'ebgp', transport: 'ipv4', families: ['ipv4', 'ipv6'] })
  target.session(core, { ...up, kind: 'ibgp', transport: 'ipv6', families: ['ipv4'] })
  const down = { state: 'active', established: false } as const
  target.session(missing, { ...down, kind: 'ebgp', transport: 'ipv4', families: ['ipv4'] })
  return {
    target,
    add: async (network, med) => target.add(network, { bgp: med === undefined ? {} : { med }, ospf: {} }),
    lose: async (network) => target.lose(network),
    learn: async (network) => target.learn(network, fromPeer(edge, [65002])),
    forget: async (network) => target.learn(network, null),
    originated: async () => target.originated().sort(),
    freeze: async () => target.become('frozen'),
    thaw: async () => target.become('well'),
    kill: async () => target.become('down'),
    start: async () => target.become('well'),
    close: async () => {},
  }
})
