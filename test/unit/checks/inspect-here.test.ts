import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'

import { lackedIn } from '../../../src/platform/capabilities.js'

/** What `vipcast validate` says of a check, started with these words before it. */
async function validating(t: TestContext, check: string, before: readonly string[] = []): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'vipcast-inspect-'))
  t.after(() => rmSync(folder, { recursive: true }))
  chmodSync(folder, 0o755)
  const file = join(folder, 'v.yaml')
  const router = 'routers: {edge: {type: gobgp, address: "127.0.0.1:50051"}}'
  writeFileSync(
    file,
    `pools: [203.0.113.0/24]\n${router}\nvips: {a: {addresses: [203.0.113.1], checks: [{${check}}]}}\n`,
  )
  const [program, ...args] = [...before, process.execPath, 'dist/main.js', 'validate', file] as const
  return new Promise((resolve) =>
    execFile(program, args, (error, stdout, stderr) => {
      const said = `${stdout}${stderr}`.split('\n').find((line) => line.includes('checks[0]'))
      resolve(`${error?.code ?? 0} ${said?.replace(/^.*checks\[0\]/, '') ?? ''}`)
    }),
  )
}

describe('the program of an exec check', () => {
  it('is looked for, and need not be on the machine where a configuration is validated', async (t) => {
    assert.equal(await validating(t, 'type: exec, command: [sh]'), '0 ')
    const missing = '.command: there is no program /no/such, or it may not be executed'
    const remedy = 'On the host that runs vipcast it must be there'
    assert.equal(await validating(t, 'type: exec, command: [/no/such]'), `0 ${missing}. ${remedy}`)
  })

  it('may need a user, who is looked for too', async (t) => {
    const said = await validating(t, 'type: exec, command: [sh], user: no-such-user')
    assert.match(said, /^0 \.user: there is no user no-such-user on this host\. On the host/)
  })

  const root = process.getuid?.() === 0
  const needs = 'to run programs as nobody vipcast needs'

  it('is refused when this daemon may not become its user', { skip: !root }, async (t) => {
    const check = 'type: exec, command: [sh], user: nobody'
    assert.equal(await validating(t, check), '0 ')
    const daemon = ['setpriv', '--bounding-set', '-setuid,-kill']
    const remedy = 'Add what it lacks to AmbientCapabilities and CapabilityBoundingSet of the unit'
    assert.equal(await validating(t, check, daemon), `2 .user: ${needs} CAP_SETUID, CAP_KILL. ${remedy}`)
  })

  it('is only warned of when whoever validates is not the daemon', { skip: !root }, async (t) => {
    const person = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
    const said = await validating(t, 'type: exec, command: [sh], user: root', person)
    assert.match(said, /^0 \.user: to run programs as root vipcast needs CAP_SETUID, CAP_SETGID, CAP_KILL\. /)
  })
})

describe('fping, for checks of type ping', () => {
  const check = 'type: ping, host: 192.0.2.1'
  // With the path of this machine it may be there or not.
  const without = ['env', 'PATH=/no/such']
  const missing = '.type: fping is not installed (Debian: fping)'

  it('must be on the host of the daemon', { skip: process.getuid?.() !== 0 }, async (t) => {
    assert.equal(await validating(t, check, without), `2 ${missing}. Install it, or remove the check`)
  })

  it('need not be on the machine of whoever only validates', async (t) => {
    const person = ['setpriv', '--bounding-set', '-net_admin']
    const before = process.getuid?.() === 0 ? [...person, ...without] : without
    assert.equal(await validating(t, check, before), `0 ${missing}. On the host that runs vipcast it must be there`)
  })
})

describe('the privileges of a process', () => {
  it('are read from what the kernel says of it', () => {
    const status = 'Name:\tnode\nCapPrm:\t000001ffffffffff\nCapEff:\t0000000000001080\n'
    assert.deepEqual(lackedIn(status, ['CAP_SETUID', 'CAP_KILL', 'CAP_NET_ADMIN', 'CAP_NET_RAW']), [
      'CAP_KILL',
      'CAP_NET_RAW',
    ])
    assert.deepEqual(lackedIn('', ['CAP_KILL']), ['CAP_KILL'])
  })
})
