import { TargetError } from '../../../domain/target.js'
import { describeEnd } from '../../../platform/process.js'
import type { ProcessRunner } from '../../../platform/process.js'

/** The release of the gobgpd that is installed, and what it can do that others can't. */
export interface Release {
  readonly version: string
  readonly hasBfd: boolean
  /** Serves metrics over TCP on its own unless it is told not to; an older release refuses that option. */
  readonly hasMetrics: boolean
}

const timeout = 10_000

/** Asks the program. Throws TargetError. */
export async function askRelease(runner: ProcessRunner, signal: AbortSignal): Promise<Release> {
  const { end, stdout, stderr } = await runner.run(['gobgpd', '--version'], { timeout, signal })
  if (end.kind === 'spawn-failed' && end.reason === 'missing') {
    throw new TargetError('unsupported', 'gobgpd is not installed: install the Debian package gobgpd', {
      cause: end.error,
    })
  }
  if (end.kind !== 'exited' || end.code !== 0) {
    throw new TargetError('unreachable', `asking gobgpd for its version failed: it ${describeEnd(end, stderr)}`)
  }
  return parseRelease(stdout)
}

/** `gobgpd version 3.10.0`, or `… 4.8.0-dev`. Throws TargetError. */
export function parseRelease(text: string): Release {
  const [, version = '', major, minor] = /version v?((\d+)\.(\d+)\S*)/.exec(text) ?? []
  if (major === undefined || minor === undefined) {
    const said = JSON.stringify(text.trim().slice(0, 60))
    throw new TargetError('nonsense', `gobgpd --version says ${said}: is the gobgpd on the path that of GoBGP?`)
  }
  const from = (wantedMajor: number, wantedMinor: number): boolean =>
    Number(major) > wantedMajor || (Number(major) === wantedMajor && Number(minor) >= wantedMinor)
  if (!from(3, 10)) {
    throw new TargetError('unsupported', `gobgpd ${version} is too old: a managed speaker needs 3.10 or newer`)
  }
  return { version, hasMetrics: from(3, 14), hasBfd: from(4, 6) }
}
