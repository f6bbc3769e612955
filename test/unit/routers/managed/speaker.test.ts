import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { ManagedNeighbor } from '../../../../src/domain/config.js'
import { systemClock } from '../../../../src/platform/clock.js'
import { createProcessRunner } from '../../../../src/platform/process.js'
import type { ProcessRunner } from '../../../../src/platform/process.js'
import { createManagedSpeaker } from '../../../../src/routers/gobgp/managed/speaker.js'
import type { SpeakerEvent } from '../../../../src/routers/gobgp/managed/types.js'
import { isAlive } from '../../../support/wait.js'
import { neighbor, prefix, speaker } from './speakers.js'

// A shell script stands in for gobgpd: what is tried here is how it is started, watched and ended.
describe('a managed gobgpd', () => {
  let runDir: string
  beforeEach(() => {
    runDir = mkdtempSync(join(tmpdir(), 'vipcast-speaker-'))
  })
  afterEach(() => rmSync(runDir, { recursive: true }))

  /** Runs until `enough` says so, and returns what was reported. */
  async function run(
    script: string,
    enough: (event: SpeakerEvent, all: SpeakerEvent[]) => boolean,
    neighbors: ManagedNeighbor[] = [neighbor('192.0.2.0')],
    keepRoutesFor: number | null = null,
  ): Promise<SpeakerEvent[]> {
    const life = new AbortController()
    const events: SpeakerEvent[] = []
    const managed = createManagedSpeaker({
      name: 'own',
      speaker: speaker(...neighbors),
      pools: [prefix('203.0.113.0/24')],
      runDir,
      keepRoutesFor,
      runner: standIn(script),
      clock: systemClock,
      random: () => 0.5,
    })
    await managed.run(life.signal, (event) => {
      events.push(event)
      if (enough(event, events)) life.abort()
    })
    return events
  }

  it('is started with a configuration that nobody else can read, and ends without leaving a file', async () => {
    const config = join(runDir, 'gobgpd-own.toml')
    let mode = 0
    const events = await run('exec sleep 1000', ({ kind }) => {
      mode = statSync(config).mode & 0o777
      return kind === 'started'
    })
    assert.equal(mode, 0o600)
    assert.equal(existsSync(config), false)
    assert.ok(events[0]?.kind === 'started')
    assert.equal(events[0].version, '3.10.0')
    assert.equal(isAlive(events[0].pid), false)
  })

  it('gets the options that its release knows, and graceful restart only where routes are to be kept', async () => {
    const say = `printf '{"level":"error","msg":"%s"}\\n' "$*"`
    const options = async (release: string, keep: number | null): Promise<string> => {
      const events = await run(`RELEASE=${release}; ${say}`, ({ kind }) => kind === 'exited', undefined, keep)
      const said = events.find((event) => event.kind === 'said')
      return said?.text.replaceAll(runDir, '') ?? ''
    }
    const common =
      '--config-type=toml --config-file=/gobgpd-own.toml --api-hosts=unix:///gobgpd-own.sock --pprof-disable'
    assert.equal(await options('3.10.0', null), common)
    assert.equal(await options('4.8.0', 15_000), `${common} --metrics-path= --graceful-restart`)
  })

  it('is started again when it ends, later each time, and says why it ended', async () => {
    const script = `echo '{"level":"fatal","msg":"bad","Error":"worse"}'; exit 1`
    const events = await run(script, (_, all) => all.filter(({ kind }) => kind === 'exited').length === 3)
    const exits = events.filter((event) => event.kind === 'exited')
    assert.deepEqual(
      exits.map((event) => event.retryIn),
      [200, 400, 800],
    )
    assert.equal(exits[0]?.error.message, 'router own: gobgpd exited with 1: bad: worse')
  })

  it('that was killed is named so, and a panic by its first line', async () => {
    const ended = (event: SpeakerEvent): boolean => event.kind === 'exited'
    const killed = (await run('kill -9 $$', ended)).find(({ kind }) => kind === 'exited')
    assert.ok(killed?.kind === 'exited')
    assert.match(killed.error.message, /gobgpd was killed by SIGKILL/)
    const script = 'echo "panic: nil map" >&2; echo "goroutine 1 [running]:" >&2; exit 2'
    const panicked = (await run(script, ended)).find(({ kind }) => kind === 'exited')
    assert.ok(panicked?.kind === 'exited')
    assert.match(panicked.error.message, /exited with 2: panic: nil map$/)
  })

  it('says goodbye, unless routes are to be kept', async () => {
    const note = join(runDir, 'goodbye')
    const script = `trap 'echo >${note}; exit 0' TERM; echo '{"level":"warn","msg":"ready"}'; while :; do sleep 0.01; done`
    const ready = (event: SpeakerEvent): boolean => event.kind === 'said'
    await run(script, ready, undefined, 15_000)
    assert.equal(existsSync(note), false)
    await run(script, ready)
    assert.equal(existsSync(note), true)
  })

  it('is not started while its socket is served by another', async () => {
    const server = createServer().listen(join(runDir, 'gobgpd-own.sock'))
    try {
      const error = await cannotStart('exec sleep 1000')
      assert.deepEqual([error.code, error.retryable], ['conflict', true])
      assert.match(error.message, /router own: another gobgpd still serves .*gobgpd-own\.sock/)
    } finally {
      server.close()
    }
  })

  it('replaces a socket that was left behind', async () => {
    writeFileSync(join(runDir, 'gobgpd-own.sock'), '')
    const events = await run('exec sleep 1000', ({ kind }) => kind === 'started' || kind === 'cannot-start')
    assert.equal(events[0]?.kind, 'started')
  })

  it('is not started with BFD by a release that has none, which is named', async () => {
    const error = await cannotStart('exec sleep 1000', neighbor('192.0.2.0', { bfd: true }))
    assert.equal(error.code, 'unsupported')
    assert.match(error.message, /gobgpd 3\.10\.0 has no BFD, which came with 4\.6/)
  })

  it('is not started without the password of a neighbor', async () => {
    const passwordFile = join(runDir, 'password')
    const message = async (): Promise<string> =>
      (await cannotStart('true', neighbor('192.0.2.0', { passwordFile }))).message
    assert.match(await message(), /password file .* can't be read \(ENOENT\)/)
    for (const text of ['', '\n', 'two\nlines', 'x'.repeat(81)]) {
      writeFileSync(passwordFile, text)
      assert.match(await message(), /must hold one line of 1 to 80 bytes/)
    }
  })

  it('gets the password without the end of its line', async () => {
    const passwordFile = join(runDir, 'password')
    writeFileSync(passwordFile, ' a "b" \n')
    let config = ''
    await run(
      'exec sleep 1000',
      () => {
        config = readFileSync(join(runDir, 'gobgpd-own.toml'), 'utf8')
        return true
      },
      [neighbor('192.0.2.0', { passwordFile })],
    )
    assert.match(config, /^auth-password = " a \\"b\\" "$/m)
  })

  it('is not started where its files can not be written', async () => {
    const before = runDir
    runDir = join(runDir, 'missing')
    try {
      assert.match((await cannotStart('true')).message, /gobgpd-own\.toml can't be written \(ENOENT\): correct runDir/)
    } finally {
      runDir = before
    }
  })

  async function cannotStart(script: string, ...neighbors: ManagedNeighbor[]) {
    const events = await run(script, () => true, neighbors)
    assert.ok(events[0]?.kind === 'cannot-start', JSON.stringify(events))
    return events[0].error
  }
})

/** The release that it says is the one that the script sets, else 3.10.0. */
function standIn(script: string): ProcessRunner {
  const real = createProcessRunner(systemClock)
  const release = /RELEASE=([\d.]+)/.exec(script)?.[1] ?? '3.10.0'
  return {
    ...real,
    run: (argv, options) => real.run(['echo', `${argv[0]} version ${release}`], options),
    start: ([, ...args], options) => real.start(['sh', '-c', script, 'gobgpd', ...args], options),
  }
}
