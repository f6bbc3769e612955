import type { Prefix } from '../domain/address.js'
import type { DaemonRouterConfig } from '../domain/config.js'
import type { RouterTarget } from '../domain/target.js'
import type { Clock } from '../platform/clock.js'
import type { ProcessRunner } from '../platform/process.js'
import { createFrrTarget } from './frr/create.js'
import { FrrGrpcTarget } from './frr-grpc/target.js'
import { createManagedSpeaker } from './gobgp/managed/speaker.js'
import type { SpeakerEvent } from './gobgp/managed/types.js'
import { GobgpTarget } from './gobgp/target.js'

/** What a router's target needs beside its own part of the configuration. */
export interface RouterContext {
  readonly pools: readonly Prefix[]
  readonly runDir: string
  /** Milliseconds that neighbors keep our routes when a routing daemon that we run ends with us; null: not at all. */
  readonly keepRoutesFor: number | null
  readonly runner: ProcessRunner
  readonly clock: Clock
  /** 0 to 1, as Math.random returns. */
  readonly random: () => number
}

/** A router's target, and the routing daemon that has to run for it where vipcast starts it itself. */
export interface RouterHandle {
  readonly target: RouterTarget
  readonly speaker: {
    /** Runs it until the signal aborts; each report is one sentence. */
    run(signal: AbortSignal, report: (text: string) => void): Promise<void>
  } | null
}

/** What a configured routing daemon needs; nothing of it is started here. */
export function createRouter<K extends Kind>(config: ConfigOf<K>, context: RouterContext): RouterHandle {
  return kinds[config.type](config, context)
}

type Kind = DaemonRouterConfig['type']
type ConfigOf<K extends Kind> = Extract<DaemonRouterConfig, { readonly type: K }>

/** One line for each kind of router. */
const kinds: { readonly [K in Kind]: (config: ConfigOf<K>, context: RouterContext) => RouterHandle } = {
  gobgp: createGobgp,
  frr: createFrr,
  'frr-grpc': createFrrGrpc,
}

function createFrr(config: ConfigOf<'frr'>, { pools, clock, random }: RouterContext): RouterHandle {
  return { target: createFrrTarget({ ...config, pools, clock, random }), speaker: null }
}

function createFrrGrpc({ name, endpoint }: ConfigOf<'frr-grpc'>, context: RouterContext): RouterHandle {
  const { pools, clock, random } = context
  const at = endpoint.kind === 'tcp' ? { ...endpoint, tls: null } : endpoint
  return { target: new FrrGrpcTarget({ name, endpoint: at, pools, clock, random }), speaker: null }
}

function createGobgp({ name, connection }: ConfigOf<'gobgp'>, context: RouterContext): RouterHandle {
  const { pools, clock, random } = context
  if (connection.kind !== 'managed') {
    return { target: new GobgpTarget({ name, endpoint: connection, pools, clock, random }), speaker: null }
  }
  const speaker = createManagedSpeaker({ ...context, name, speaker: connection.speaker })
  return {
    target: new GobgpTarget({ name, endpoint: { kind: 'unix', path: speaker.socketPath }, pools, clock, random }),
    speaker: { run: (signal, report) => speaker.run(signal, (event) => report(inWords(event))) },
  }
}

function inWords(event: SpeakerEvent): string {
  switch (event.kind) {
    case 'started':
      return `started gobgpd ${event.version} as process ${event.pid}`
    case 'said':
      return `gobgpd says: ${event.text}`
    case 'left-out':
      return event.error.message
    case 'added':
      return `the session of ${event.interface} was added`
    case 'exited':
    case 'cannot-start':
      return `${event.error.message}; it is started again in ${(event.retryIn / 1000).toFixed(1)} s`
  }
}
