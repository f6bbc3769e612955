import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { describe, it } from 'node:test'

import { formatErrors } from '../../../src/config/errors.js'
import { loadConfig } from '../../../src/config/load.js'
import { inspectProbe } from '../../../src/daemon/inspect.js'
import { createAuthority } from '../../support/certificates.js'
import { thingsProto } from '../../support/things.js'

/** What is said of a configuration with these checks, its path left out. */
async function validating(t: TestContext, ...checks: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'vipcast-inspect-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'v.yaml')
  writeFileSync(
    file,
    `pools: [203.0.113.0/24]
routers: {edge: {type: gobgp, address: 127.0.0.1:50051}}
vips:
  api:
    addresses: [203.0.113.1]
    checks:
${checks.map((check) => `      - {host: "\${address}", port: 443, ${check}}\n`).join('')}`,
  )
  const result = await loadConfig(file, { hostname: 'test-host', inspect: inspectProbe })
  const said = result.kind === 'valid' ? result.warnings : result.errors
  return `${result.kind}\n${formatErrors(said)}`.replaceAll(`${folder}/`, '')
}

const method = `type: grpc, proto: ${thingsProto}, method: demo.v1.Things/Count`

describe('the files that checks name', () => {
  it('are right when they can be used and the checks fit them', async (t) => {
    const { ca } = createAuthority()
    const fitting = [
      `type: tls, ca: ${ca}`,
      `${method}, tls: {ca: ${ca}}, request: {namePrefix: "\${address}"}, expect: {total: 3}`,
    ]
    assert.equal(await validating(t, ...fitting), 'valid\n')
  })

  it('are named, each at its place, when a check does not fit them', async (t) => {
    const broken = join(mkdtempSync(join(tmpdir(), 'vipcast-inspect-')), 'broken.proto')
    t.after(() => rmSync(join(broken, '..'), { recursive: true }))
    writeFileSync(broken, 'syntax = "proto3";\nmessage {}\n')
    const said = await validating(
      t,
      `${method}, request: {kind: KIND_FLAT}`,
      `${method}, expect: {totl: 3}`,
      method.replace('Count', 'Cuont'),
      `type: grpc, proto: ${broken}, method: a.B/C`,
      `type: tls, ca: ${broken}`,
      `type: grpc, tls: {ca: ${broken}}`,
    )
    const lines = said.split('\n').map((line) => /^v\.yaml:\d+:\d+: (vips\.api\.checks\[\d\]\.\w+): /.exec(line)?.[1])
    assert.deepEqual(lines.slice(1, -1), [
      'vips.api.checks[0].request',
      'vips.api.checks[1].expect',
      'vips.api.checks[2].method',
      'vips.api.checks[3].proto',
      'vips.api.checks[4].ca',
      'vips.api.checks[5].tls',
    ])
    assert.match(said, /^invalid\n/)
    assert.match(said, /has no method Cuont, but Count, Watch\. Correct the check, or the file\n/)
  })

  it('need not be on the machine where a configuration is validated', async (t) => {
    const said = await validating(
      t,
      'type: tls, ca: /nowhere/ca.pem',
      'type: grpc, proto: /nowhere/x.proto, method: a.B/C',
    )
    assert.match(
      said,
      /^valid\nv\.yaml:7:56: vips\.api\.checks\[0\]\.ca: the authorities in \/nowhere\/ca\.pem can not be used: ENOENT/,
    )
    assert.match(
      said,
      /checks\[1\]\.proto: \/nowhere\/x\.proto can not be used: ENOENT.*\. On the host that runs vipcast/,
    )
  })

  it('are not looked at where what names them is wrong', async (t) => {
    const said = await validating(t, 'type: grpc, proto: x.proto, method: Count', 'type: tls, ca: ca.pem')
    assert.equal(said.split('\n').length, 5, said)
  })
})
