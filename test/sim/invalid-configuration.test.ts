import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'

import { loadConfig } from '../../src/config/load.js'
import { Host, type Daemon } from '../support/daemon-world.js'

const valid = `
pools: [203.0.113.0/24]
routers: { r1: { type: gobgp, address: 127.0.0.1:50051 } }
vips:
  web: { addresses: [203.0.113.80] }
  mail: { addresses: [203.0.113.25] }
`
const wrong: Readonly<Record<string, string>> = {
  'has an address outside the pools': valid.replace('203.0.113.25', '198.51.100.25'),
  'has an unknown key': valid.replace('mail: {', 'mail: { adresses: [], '),
  'names a router that is not there': valid.replace('203.0.113.25]', '203.0.113.25], routers: [r9]'),
  'is no YAML': `${valid}\n  - [`,
  'is empty': '',
  'needs a restart': `${valid}http: false\n`,
}

describe('10. a configuration that does not validate changes nothing: it', () => {
  let dir: string
  let file: string
  let host: Host
  let daemon: Daemon

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'vipcast-config-'))
    file = join(dir, 'vipcast.yaml')
    writeFileSync(file, valid)
    host = new Host()
    const loaded = await loadConfig(file)
    assert.ok(loaded.kind === 'valid')
    daemon = await host.start(loaded.config)
  })
  afterEach(() => {
    daemon.kill()
    host.close()
    rmSync(dir, { recursive: true })
  })

  const asked = (): string[][] => ['kernel', 'r1'].map((target) => host.asked(target))

  for (const [what, text] of Object.entries(wrong)) {
    it(`${what}: the last valid one stays in force, and that is visible`, async () => {
      const before = asked()
      const inForce = daemon.engine.fleet.config
      writeFileSync(file, text)
      const answer = await daemon.operator.reload()
      await host.clock.advance(60_000)
      assert.equal(answer.kind, 'refused')
      assert.deepEqual(asked(), before)
      assert.equal(daemon.engine.fleet.config, inForce)
      const { config } = daemon.operator.snapshot()
      assert.ok(answer.kind === 'refused' && config.stale === answer.message)
      assert.ok(daemon.events.some((event) => event.kind === 'config' && event.text.includes('was not taken')))
    })
  }

  it('is forgotten as soon as the file is valid again', async () => {
    writeFileSync(file, '')
    await daemon.operator.reload()
    writeFileSync(file, valid.replace('mail: { addresses: [203.0.113.25] }', ''))
    assert.deepEqual(await daemon.operator.reload(), { kind: 'done', text: `${file} is in force.` })
    assert.equal(daemon.operator.snapshot().config.stale, null)
    await host.clock.advance(5_000)
    assert.deepEqual(host.kernel.held(), ['203.0.113.80'])
  })

  it('is refused when the file is gone, and nothing changes', async () => {
    const before = asked()
    rmSync(file)
    assert.equal((await daemon.operator.reload()).kind, 'refused')
    await host.clock.advance(60_000)
    assert.deepEqual(asked(), before)
  })
})
