import type { RequestOptions } from 'node:http'
import { Agent, get } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

import { probeKinds } from '../../src/checks/kinds.js'
import { createScheduler } from '../../src/checks/scheduler.js'
import type { Prober, ProbeKind } from '../../src/checks/probe.js'
import type { CheckInstance } from '../../src/domain/check-instance.js'
import type { Probe } from '../../src/domain/config.js'
import { systemClock } from '../../src/platform/clock.js'
import { createProcessRunner } from '../../src/platform/process.js'
import { checkInstance, httpProbe, tcpProbe } from '../support/check-instance.js'
import { quantile } from './row.js'

/** What is measured in this process: 1,000 probes a second, by the checks or by a bare loop. */
export type CheckLoad = `${'tcp' | 'http-new' | 'http-keep'}${'' | '-bare'}`

export interface LoadFigures {
  /** Microseconds of CPU for one probe. */
  readonly cpu: number
  /** Kilobytes of resident memory of the process at the end. */
  readonly memory: number
  /** Milliseconds between the due time of a probe and its start, 99th percentile. */
  readonly late: number
}

const [load = '', portText = '', countText = ''] = process.argv.slice(2)
const port = Number(portText)
const count = Number(countText)
/** A thousand probes a second, however many checks send them. */
const interval = count
const warmUp = 4_000 + interval
const measured = 10_000
const url = `http://127.0.0.1:${port}/`

function probeOf(kind: string): Probe {
  if (kind === 'tcp') return tcpProbe({ port })
  return httpProbe({ url, connection: kind === 'http-keep' ? 'keep' : 'new' })
}

/** Different in what has no effect here, so that no two share their probes. */
function instances(kind: string): CheckInstance[] {
  const probe = probeOf(kind)
  return Array.from({ length: count }, (_, n) => checkInstance({ vip: `vip-${n}`, interval, fall: n + 2, probe }))
}

async function cpuOf(probes: () => number): Promise<number> {
  await wait(warmUp)
  const before = process.cpuUsage()
  const begun = probes()
  await wait(measured)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / (probes() - begun)
}

/** Kilobytes once the rubbish is out and its pages are given back. */
async function resident(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.()
    await wait(300)
  }
  return process.memoryUsage().rss / 1000
}

async function ours(kind: string): Promise<LoadFigures> {
  const starts = new Map<Prober, number[]>()
  let done = 0
  const scheduler = createScheduler({
    clock: systemClock,
    runner: createProcessRunner(systemClock),
    sessions: () => ({ kind: 'unobserved' }),
    random: Math.random,
    kinds: { ...probeKinds, tcp: noting(probeKinds.tcp, starts), http: noting(probeKinds.http, starts) },
    holds: () => 'foreign',
    onReport: ({ state }) => {
      done += 1
      if (state.last?.outcome !== 'pass') throw new Error(`the server fails: ${state.last?.detail}`)
    },
  })
  scheduler.update(instances(kind))
  const ending = new AbortController()
  const running = scheduler.run(ending.signal)
  const cpu = await cpuOf(() => done)
  const memory = await resident()
  ending.abort()
  await running
  return { cpu, memory, late: lateness([...starts.values()]) }
}

/** The same kind; the start of each probe is noted. */
function noting<P extends Probe>(kind: ProbeKind<P>, starts: Map<Prober, number[]>): ProbeKind<P> {
  return {
    target: kind.target,
    create: (...made) => {
      const prober = kind.create(...made)
      const own: number[] = []
      starts.set(prober, own)
      return {
        probe: (signal) => {
          own.push(systemClock.now())
          return prober.probe(signal)
        },
        close: () => prober.close(),
      }
    },
  }
}

/** 99th percentile of how much later in its interval a probe starts than the earliest of its check. */
function lateness(starts: readonly (readonly number[])[]): number {
  const late = starts.flatMap((times) => {
    const [first = 0, ...steady] = times.slice(-Math.ceil(measured / interval))
    const offsets = steady.map((time) => time - first - Math.round((time - first) / interval) * interval)
    const earliest = Math.min(0, ...offsets)
    return offsets.map((offset) => offset - earliest)
  })
  return quantile(late, 0.99)
}

/** The least that Node takes: a probe each millisecond, and nothing else. */
async function bare(kind: string): Promise<LoadFigures> {
  const keep = kind === 'http-keep'
  const agents = Array.from({ length: keep ? count : 1 }, () => new Agent({ keepAlive: keep, maxFreeSockets: 1 }))
  let done = 0
  const end = (): void => void (done += 1)
  const probe = (n: number): void => {
    if (kind === 'tcp') bareConnect(end)
    else bareGet(agents.at(n % agents.length), end)
  }
  const late: number[] = []
  let sent = 0
  const start = systemClock.now()
  const timer = setInterval(() => {
    for (const passed = systemClock.now() - start; sent < passed; sent += 1) {
      late.push(systemClock.now() - start - sent)
      probe(sent)
    }
  }, 1)
  const cpu = await cpuOf(() => done)
  clearInterval(timer)
  return { cpu, memory: await resident(), late: quantile(late.slice(-measured), 0.99) }
}

function bareConnect(end: () => void): void {
  const socket = connect({ host: '127.0.0.1', port }, () => {
    socket.destroy()
    end()
  })
  socket.on('error', fail)
}

function bareGet(agent: RequestOptions['agent'], end: () => void): void {
  const request = get({ host: '127.0.0.1', port, path: '/', agent }, (response) => {
    response.on('end', end)
    response.resume()
  })
  request.on('error', fail)
}

function fail(error: Error): never {
  throw error
}

const figures = await (load.endsWith('-bare') ? bare(load.slice(0, -'-bare'.length)) : ours(load))
console.log(JSON.stringify(figures))
process.exit()
