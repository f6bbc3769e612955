import { checkInstances } from './check-instance.js'
import type { CheckConfig, Probe, VipConfig } from './config.js'
import { localTarget, watchedListener } from './tripwire.js'
import { votesNeeded } from './vote.js'

/** How a service can go: nobody listens any more, or somebody does and never answers. */
export type Outage = 'refused' | 'hung'

/** How long a VIP's checks take to bring its verdict to down. Milliseconds. */
export type DetectionTime =
  | { readonly kind: 'detected'; readonly mean: number; readonly worst: number }
  /** `blind`: the checks that count and don't notice; empty when none counts. */
  | { readonly kind: 'never'; readonly blind: readonly string[] }

export interface DetectionTimes extends Readonly<Record<Outage, DetectionTime>> {
  /** Refused, while no tripwire is armed: the checks poll. */
  readonly unarmed: DetectionTime
  /** Refused, while all tripwires are suspended for their cost: their checks poll at `fastInterval`. */
  readonly suspended: DetectionTime
}

/** What tells whether a tripwire can be armed. */
export interface Watching {
  /** Whether the configuration wants them. */
  readonly tripwires: boolean
  /** Whether the address is one that this host has, or will have while it runs. */
  readonly isOwn: (address: string) => boolean
}

/**
 * From the moment a service goes, and every check that counts watches it, to the verdict `down`; the withdrawal follows
 * within milliseconds, unless `whenDown` keeps the VIP announced.
 *
 * One check probes every `interval` while it passes, and after a first failure every `fastInterval`, from start to start
 * and never before the probe before has ended. The outage falls anywhere between two probes, so the first probe to fail
 * starts after a wait that is evenly spread from 0 to `interval`. A refused connection fails at once, a hung one after
 * `timeout`. Hence, for `fall` failures in a row:
 *
 *     refused = wait + (fall - 1) * fastInterval
 *     hung    = wait + (fall - 1) * max(fastInterval, timeout) + timeout
 *
 * with a mean wait of interval/2 and a worst one of interval. An armed tripwire makes it 0 altogether for a refused
 * connection, and systemd tells of a unit without a wait. Of n checks that count, `require` lets n - needed fail, so
 * the VIP goes down with failure number n - needed + 1: the first one of all for `require: all`, the last one for `any`.
 * The checks run independently of each other, so that the worst case is that of the check in that place when all are
 * ordered by their own worst case; the mean is the integral over time of the probability that fewer have failed so far.
 */
export function detectionTimes(vip: VipConfig, watching: Watching): DetectionTimes {
  const wired = (check: CheckConfig): boolean => isWired(vip, check, watching)
  const refused = (ofWired: (check: CheckConfig) => Failure): DetectionTime =>
    detectionTime(vip, 'refused', (check) => (wired(check) ? ofWired(check) : refusedFailure(check)))
  return {
    refused: refused(() => ({ constant: 0, interval: 0 })),
    unarmed: refused(refusedFailure),
    suspended: refused((check) => refusedFailure({ ...check, interval: check.fastInterval })),
    hung: detectionTime(vip, 'hung', hungFailure),
  }
}

/** Whether its tripwire is armed as soon as the service listens. `${address}` stands for one that is local. */
function isWired(vip: VipConfig, check: CheckConfig, { tripwires, isOwn }: Watching): boolean {
  const [instance] = checkInstances({ ...vip, checks: [check] })
  const listener = watchedListener(instance?.probe ?? check.probe)
  if (!tripwires || !check.tripwire || listener === null) return false
  const target = listener.host === null ? 'loopback' : localTarget(listener.host)
  return target === 'loopback' || (target !== null && isOwn(target.text))
}

/** When one check fails: a constant part, and a wait that is evenly spread from 0 to `interval`. */
interface Failure {
  readonly constant: number
  readonly interval: number
}

function detectionTime(vip: VipConfig, outage: Outage, failureOf: (check: CheckConfig) => Failure): DetectionTime {
  const counting = vip.checks.filter(({ impact }) => impact === 'withdraw')
  const noticing = counting.filter(({ probe }) => notices(probe, outage))
  const decisive = counting.length - votesNeeded(vip.require, counting.length) + 1
  const failures = noticing.map(failureOf)
  const worst = failures.map(({ constant, interval }) => constant + interval).sort((a, b) => a - b)[decisive - 1]
  if (worst !== undefined && counting.length > 0) return { kind: 'detected', mean: meanTime(failures, decisive), worst }
  return { kind: 'never', blind: counting.filter((check) => !noticing.includes(check)).map(({ name }) => name) }
}

/**
 * Whether a kind of check notices that the service is gone, or hangs. The kernel accepts connections for a process that
 * hangs: only an answer tells that it lives.
 */
function notices(probe: Probe, outage: Outage): boolean {
  switch (probe.type) {
    case 'tcp':
      return outage === 'refused' || probe.send !== null || probe.expect !== null
    case 'tls':
    case 'udp':
    case 'dns':
    case 'grpc':
    case 'http':
    case 'agent':
    case 'exec': // what its program tests is its own business, but it can't hang for longer than the timeout
      return true
    case 'listen':
    case 'systemd':
      return outage === 'refused'
    case 'file':
    case 'bgp':
    case 'load':
    case 'ping': // the kernel replies, whatever becomes of the service
      return false
  }
}

function refusedFailure({ interval, fastInterval, fall, probe }: CheckConfig): Failure {
  return { interval: probe.type === 'systemd' ? 0 : interval, constant: (fall - 1) * fastInterval }
}

function hungFailure({ interval, fastInterval, timeout, fall }: CheckConfig): Failure {
  return { interval, constant: (fall - 1) * Math.max(fastInterval, timeout) + timeout }
}

/** Mean of the time at which `decisive` of the failures have happened. */
function meanTime(failures: readonly Failure[], decisive: number): number {
  const breaks = failures.flatMap(({ constant, interval }) => [constant, constant + interval])
  const ends = [0, ...breaks].sort((a, b) => a - b)
  return ends.slice(1).reduce((sum, end, index) => {
    const begin = ends[index] ?? 0
    const undecided = (at: number): number => probabilityOfFewer(failures, decisive, at, (begin + end) / 2)
    return sum + integral(undecided, begin, end)
  }, 0)
}

/**
 * The probability that fewer than `limit` of the failures have happened by then. Between two breaks, of which `middle` is
 * in the middle: one without a wait happens at a break.
 */
function probabilityOfFewer(failures: readonly Failure[], limit: number, at: number, middle: number): number {
  // chances[n]: that exactly n have; those with `limit` or more are of no interest.
  let chances = [1, ...Array.from({ length: limit - 1 }, () => 0)]
  for (const { constant, interval } of failures) {
    const failed = interval === 0 ? Number(middle > constant) : Math.min(Math.max((at - constant) / interval, 0), 1)
    chances = chances.map((chance, n) => chance * (1 - failed) + (chances[n - 1] ?? 0) * failed)
  }
  return chances.reduce((sum, chance) => sum + chance, 0)
}

/** Simpson's rule. Between two breaks the function is a polynomial, so that few steps are exact to far below 1 ms. */
function integral(f: (at: number) => number, from: number, to: number): number {
  const steps = 32
  const width = (to - from) / steps
  const weight = (step: number): number => (step === 0 || step === steps ? 1 : step % 2 === 0 ? 2 : 4)
  const points = Array.from({ length: steps + 1 }, (_, step) => weight(step) * f(from + step * width))
  return (points.reduce((sum, point) => sum + point, 0) * width) / 3
}
