import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { acquireGuard, type Guard } from '../../../src/daemon/guard.js'
import { systemClock } from '../../../src/platform/clock.js'
import { isAlive, waitFor } from '../../support/wait.js'

let dir: string
let held: Guard[]
let children: ChildProcess[]
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'vipcast-guard-'))
  held = []
  children = []
})
afterEach(async () => {
  for (const guard of held) await guard.release()
  for (const child of children) child.kill('SIGKILL')
  rmSync(dir, { recursive: true })
})

const marker = (): string => join(dir, 'cleaned-up')

async function hold(silence = 60_000): Promise<Guard> {
  const result = await acquireGuard({ runDir: dir, silence, afterCrash: [] })
  assert.ok(result.kind === 'held', 'the lock is free')
  held.push(result.guard)
  return result.guard
}

/** A daemon that holds the guard and beats, until it is killed; `beats` false: it only holds it. */
async function startDaemon(silence: number, beats = true): Promise<ChildProcess> {
  const program = `
import { acquireGuard } from ${JSON.stringify(new URL('../../../src/daemon/guard.js', import.meta.url).href)}
import { systemClock } from ${JSON.stringify(new URL('../../../src/platform/clock.js', import.meta.url).href)}
const options = { runDir: ${JSON.stringify(dir)}, silence: ${silence}, afterCrash: ['touch', ${JSON.stringify(marker())}] }
const { guard } = await acquireGuard(options)
process.stdout.write('held\\n')
if (${beats}) await guard.beat(systemClock, new AbortController().signal)
else await new Promise(() => setInterval(() => {}, 1000))
`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return child
}

describe('the run directory', () => {
  it('has one daemon: a second one is told so, and what to do', async () => {
    await hold()
    const second = await acquireGuard({ runDir: dir, silence: 60_000, afterCrash: [] })
    assert.deepEqual(second, {
      kind: 'refused',
      message: `Another vipcast runs with the run directory ${dir}; stop it first, or set another runDir.`,
    })
  })

  it('is free after an orderly end', async () => {
    await (await hold()).release()
    await hold()
  })

  it('is free when the daemon is killed, without anybody cleaning up', async () => {
    // Its guard waits this long for another life, and the test runner waits for the guard.
    const daemon = await startDaemon(1_000)
    daemon.kill('SIGKILL')
    await waitFor('the lock is free', async () => {
      const result = await acquireGuard({ runDir: dir, silence: 60_000, afterCrash: [] })
      if (result.kind === 'held') held.push(result.guard)
      return result.kind === 'held'
    })
  })

  it('is not shared with others: nobody else can open its lock', async () => {
    await hold()
    assert.equal(statSync(join(dir, 'lock')).mode & 0o777, 0o600)
  })

  it('that can not be locked is one clear sentence', async () => {
    const file = join(dir, 'file')
    writeFileSync(file, '')
    await assert.rejects(
      async () => acquireGuard({ runDir: join(file, 'run'), silence: 1_000, afterCrash: [] }),
      /ENOTDIR/,
    )
  })
})

describe('the guard', () => {
  it('cleans up after a daemon that was killed', async () => {
    const daemon = await startDaemon(300)
    daemon.kill('SIGKILL')
    await waitFor('the command ran', () => existsSync(marker()))
  })

  it('kills a daemon that is frozen, and cleans up after it', async () => {
    const daemon = await startDaemon(600)
    daemon.kill('SIGSTOP')
    await waitFor('the command ran', () => existsSync(marker()))
    await waitFor('it is dead: thawed, it would go on with wrong beliefs', () => !isAlive(daemon.pid ?? 0))
  })

  it('takes a daemon that gives no sign of life for a frozen one', async () => {
    const daemon = await startDaemon(300, false)
    await waitFor('the command ran', () => existsSync(marker()))
    await waitFor('it is dead', () => !isAlive(daemon.pid ?? 0))
  })

  it('leaves a daemon alone that gives signs of life', async () => {
    const daemon = await startDaemon(2_000)
    const end = performance.now() + 3_000
    await waitFor('more than one silence has passed', () => performance.now() > end)
    assert.ok(isAlive(daemon.pid ?? 0))
    assert.ok(!existsSync(marker()))
  })

  it('does nothing after an orderly end', async () => {
    const result = await acquireGuard({ runDir: dir, silence: 100, afterCrash: ['touch', marker()] })
    assert.ok(result.kind === 'held')
    await result.guard.release()
    assert.ok(!existsSync(marker()), 'it is gone, and has run nothing')
  })

  it('leaves what is there to the next life, when that came first', async () => {
    const daemon = await startDaemon(1_000)
    daemon.kill('SIGKILL')
    await waitFor('the lock is free', async () => {
      const result = await acquireGuard({ runDir: dir, silence: 60_000, afterCrash: [] })
      if (result.kind === 'held') held.push(result.guard)
      return result.kind === 'held'
    })
    await waitFor('the guard of the dead daemon has given up', () => guards() === 1)
    assert.ok(!existsSync(marker()))
  })

  it('that was killed ends the beat, so that another can be started', async () => {
    const result = await acquireGuard({ runDir: dir, silence: 60_000, afterCrash: [] })
    assert.ok(result.kind === 'held')
    const beating = result.guard.beat(systemClock, new AbortController().signal)
    await result.guard.release()
    await beating
  })
})

/** Guards of this run directory that are there. */
function guards(): number {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return all.filter((pid) => commandLine(pid).includes(`vipcast-guard\0${dir}/`)).length
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
