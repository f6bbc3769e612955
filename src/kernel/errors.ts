import type { AddressChange } from '../domain/target.js'
import { TargetError } from '../domain/target.js'
import { describeEnd } from '../platform/process.js'
import type { ProcessResult } from '../platform/process.js'

const packages: ReadonlyMap<string, string> = new Map([
  ['ip', 'iproute2'],
  ['ss', 'iproute2'],
  ['stdbuf', 'coreutils'],
  ['setpriv', 'util-linux'],
])

/** Why a program as a whole did not do what it was started for; `doing` is what: `listing the addresses of this host`. */
export function programError(
  { end, stderr }: Pick<ProcessResult, 'end' | 'stderr'>,
  doing: string,
  program = 'ip',
): TargetError {
  if (end.kind === 'spawn-failed' && end.reason === 'missing') {
    const owner = packages.get(end.program)
    const fix = owner === undefined ? `program ${end.program}` : `Debian package ${owner}`
    return new TargetError(
      'unsupported',
      `${doing} needs the program ${end.program}, which is not there: install the ${fix}`,
      {
        cause: end.error,
      },
    )
  }
  if (end.kind === 'spawn-failed' && end.reason === 'not-permitted') {
    const message = `${doing} failed: ${end.program} may not be executed by this user; correct its permissions`
    return new TargetError('not-permitted', message, { cause: end.error })
  }
  if (end.kind === 'aborted') return new TargetError('timeout', `${doing} was cancelled before it ended`)
  const message = `${doing} failed: ${program} ${describeEnd(end, stderr)}; it is tried again`
  return new TargetError(end.kind === 'timed-out' ? 'timeout' : 'unreachable', message)
}

/**
 * Why the kernel refused one change. iproute2 passes the kernel's words on and no error number, so its words are read
 * here, and only here: strerror's of EPERM and ENODEV, and its own for an unknown interface.
 */
export function changeError(change: AddressChange, said: string): TargetError {
  const { address, interface: device } = change
  const what = describeChange(change)
  if (said.includes('Operation not permitted')) {
    const remedy = 'give vipcast CAP_NET_ADMIN (AmbientCapabilities=CAP_NET_ADMIN in its unit) or run it as root'
    return new TargetError('not-permitted', `${what} is not permitted: ${remedy}`)
  }
  if (said.includes('Cannot find device') || said.includes('No such device')) {
    return new TargetError(
      'rejected',
      `${what} failed: there is no interface ${device}; create it, or name another one`,
    )
  }
  if (address.family === 'ipv6' && (said.includes('Permission denied') || said.includes('IPv6 is disabled'))) {
    const remedy = `set net.ipv6.conf.${device}.disable_ipv6=0, or leave the address out`
    return new TargetError('rejected', `${what} failed: IPv6 is turned off on ${device}; ${remedy}`)
  }
  return new TargetError('rejected', `${what} was refused by the kernel: ${said === '' ? 'no reason given' : said}`)
}

export function notTried(change: AddressChange): TargetError {
  return new TargetError('timeout', `${describeChange(change)} was cancelled before it was tried`)
}

function describeChange({ kind, address, interface: device }: AddressChange): string {
  switch (kind) {
    case 'bind':
      return `binding ${address.text} to ${device}`
    case 'refresh':
      return `extending the lifetime of ${address.text} on ${device}`
    case 'unbind':
      return `removing ${address.text} from ${device}`
  }
}

export function badInterfaceName({ interface: device }: AddressChange): TargetError {
  return new TargetError(
    'rejected',
    `${JSON.stringify(device)} can't be the name of an interface: name one of this host`,
  )
}
