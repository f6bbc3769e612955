import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Frr } from '../../testnet/lab/frr.js'
import { startLab, type Lab } from '../../testnet/lab/lab.js'
import { Host } from '../lab/support/host.js'
import type { Unpacked } from '../support/debian.js'

/** The models that each daemon serves: bgpd its filters and route-maps, but not BGP itself. */
const daemons = [
  { daemon: 'staticd', port: 50051, models: ['frr-filter', 'frr-interface', 'frr-routing', 'frr-staticd', 'frr-vrf'] },
  {
    daemon: 'bgpd',
    port: 50052,
    models: ['frr-bgp-route-map', 'frr-filter', 'frr-interface', 'frr-route-map', 'frr-vrf'],
  },
  {
    daemon: 'ospfd',
    port: 50053,
    models: ['frr-filter', 'frr-interface', 'frr-ospf-route-map', 'frr-route-map', 'frr-vrf'],
  },
] as const

const configuration = (port: number, models: readonly string[]): string => `pools: [203.0.113.0/24]
routers: {any: {type: kernel}}
vips:
  frr:
    addresses: [203.0.113.1]
    checks:
      - type: grpc
        host: 127.0.0.1
        port: ${port}
        proto: /run/release/usr/share/frr/frr-northbound.proto
        method: frr.Northbound/GetCapabilities
        expect: {supportedModules: [${models.map((name) => `{name: ${name}}`).join(', ')}]}
`

const topology = (root: string): string => `name: northbound
topology:
  nodes:
    one:
      kind: linux
      image: local:frr
      cmd: frr zebra ${daemons.map(({ daemon }) => daemon).join(' ')}
      binds: ["daemons:/etc/frr/daemons", "${root}:/run/release:ro"]
`

/** That an FRR was built with gRPC and its daemons answer there, asked by the checks of vipcast itself. */
export function northboundSuite(release: Unpacked): void {
  describe(`the gRPC northbound of FRR ${release.version}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'northbound-'))
    let lab: Lab
    let host: Host
    before(async () => {
      const options = daemons.map(({ daemon, port }) => `${daemon}_options="-M grpc:${port}"\n`)
      writeFileSync(join(folder, 'daemons'), options.join(''))
      writeFileSync(join(folder, 'northbound.clab.yml'), topology(release.root))
      lab = await startLab(join(folder, 'northbound.clab.yml'))
      host = new Host(lab.node('one'))
      await new Frr(host.node).ready()
    })
    after(async () => {
      await lab?.stop()
      rmSync(folder, { recursive: true })
    })

    for (const { daemon, port, models } of daemons) {
      it(`of ${daemon} serves ${models.join(', ')}`, async () => {
        await host.configure(configuration(port, models))
        const { code, stdout, stderr } = await host.cli(['check', 'frr'])
        assert.equal(code, 0, stdout + stderr)
      })
    }
  })
}
