import type * as Inspect from '../daemon/inspect.js'
import type * as OneShot from '../daemon/one-shot.js'
import type * as PreviewModule from '../daemon/preview.js'
import type * as Released from '../daemon/released.js'
import type * as Run from '../daemon/run.js'

export type { WithdrawAllResult } from '../daemon/one-shot.js'
export type { ManualVip } from '../daemon/released.js'
export type {
  CheckedOnce,
  Preview,
  PreviewedAddress,
  PreviewedRoute,
  PreviewedRouter,
  PreviewedVip,
} from '../daemon/preview.js'

/** The daemon's entries. Loaded when a command needs one: the others start without the daemon's code. */
export interface Entries {
  readonly run: () => Promise<Pick<typeof Run, 'run'>>
  readonly preview: () => Promise<Pick<typeof PreviewModule, 'preview' | 'checkOnce'>>
  readonly inspect: () => Promise<Pick<typeof Inspect, 'inspectProbe'>>
  readonly released: () => Promise<Pick<typeof Released, 'findManual' | 'isReleased' | 'releaseWithoutDaemon'>>
  readonly oneShot: () => Promise<Pick<typeof OneShot, 'withdrawAll'>>
}

export const daemonEntries: Entries = {
  run: () => import('../daemon/run.js'),
  preview: () => import('../daemon/preview.js'),
  inspect: () => import('../daemon/inspect.js'),
  released: () => import('../daemon/released.js'),
  oneShot: () => import('../daemon/one-shot.js'),
}
