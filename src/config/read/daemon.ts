import type { ControlConfig, HttpConfig, LifecycleConfig, LogConfig, TripwiresConfig } from '../../domain/config.js'
import { controlShape, httpShape, lifecycleShape, logShape, tripwiresShape } from '../schema/file.js'
import { wrongSocket } from '../schema/scalars.js'
import { Fields } from './fields.js'
import type { Place } from './place.js'

export function readLifecycle(place: Place | undefined): LifecycleConfig {
  const fields = place && new Fields(place, lifecycleShape)
  if (fields?.get('onCrash') === 'keep') {
    fields.at('deadMan')?.warn('with `onCrash: keep` this has no effect', 'Remove it, or write onCrash: withdraw')
  }
  return {
    onStop: fields?.get('onStop') ?? 'withdraw',
    onCrash: fields?.get('onCrash') ?? 'withdraw',
    deadMan: fields?.get('deadMan') ?? 15_000,
    stopTimeout: fields?.get('stopTimeout') ?? 15_000,
    resync: fields?.get('resync') ?? 30_000,
    adoptFor: fields?.get('adoptFor') ?? 30_000,
  }
}

/** Its sockets follow runDir unless they are named. `runDirAt` is where a runDir that is too long is to blame. */
export function readControl(place: Place | undefined, runDir: string, runDirAt: Place | undefined): ControlConfig {
  const fields = place && new Fields(place, controlShape)
  const derived = `${runDir.replace(/\/+$/, '')}/control.sock`
  const socket = fields?.get('socket') ?? derived
  const tooLong = fields?.own('socket') ? undefined : wrongSocket(derived)
  if (tooLong !== undefined)
    runDirAt?.refuse(`the control socket would be ${derived}: ${tooLong.message}`, tooLong.remedy)
  const readSocket = fields?.get('readSocket')
  if (readSocket === socket && readSocket !== undefined) {
    fields?.at('readSocket')?.refuse('is the socket that can do everything', 'Give it another path')
  }
  const readGroup = fields?.get('readGroup') ?? null
  if (!fields?.own('readSocket')) fields?.at('readGroup')?.refuse('`readGroup` needs `readSocket`', 'Add `readSocket`')
  return {
    socket,
    group: fields?.get('group') ?? null,
    readSocket: readSocket === undefined ? null : { path: readSocket, group: readGroup },
  }
}

export function readHttp(place: Place | undefined): HttpConfig {
  if (place?.is(false)) return { kind: 'off' }
  const listen =
    place && new Fields(place, httpShape, { example: 'false, or {listen: "127.0.0.1:9179"}' }).get('listen')
  return { kind: 'listen', host: listen?.host ?? '127.0.0.1', port: listen?.port ?? 9179 }
}

export function readLog(place: Place | undefined): LogConfig {
  const fields = place && new Fields(place, logShape)
  return { level: fields?.get('level') ?? 'info', format: fields?.get('format') ?? 'auto' }
}

export function readTripwires(place: Place | undefined): TripwiresConfig {
  const fields = place && new Fields(place, tripwiresShape)
  return { enabled: fields?.get('enabled') ?? true, maxCpu: fields?.get('maxCpu') ?? 0.1 }
}
