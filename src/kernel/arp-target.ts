import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { arpSettings, type ArpChange, type ArpObserved, type ArpValues } from '../domain/arp.js'
import { TargetError, type ArpTarget, type Outcome } from '../domain/target.js'
import { inSlices } from '../platform/slices.js'

/** Shows the network namespace of who looks. */
const settingsFolder = '/proc/sys/net/ipv4/conf'
const doing = 'reading the ARP settings of this host'
/** Interfaces read at a time. */
const slice = 50

/** By which the kernel of this host answers and asks by ARP. */
export function createArpTarget(folder = settingsFolder): ArpTarget {
  return {
    name: 'arp',
    observe: (signal) => observe(folder, signal),
    apply: async (changes) => {
      const outcomes: Outcome[] = []
      for (const change of changes) outcomes.push(await applyOne(folder, change))
      return outcomes
    },
  }
}

async function observe(folder: string, signal: AbortSignal): Promise<ArpObserved> {
  try {
    const names = (await readdir(folder)).filter((name) => name !== 'all' && name !== 'lo')
    const places = new Map<string, ArpValues>()
    for await (const some of inSlices(names, slice, signal)) {
      const values = await Promise.all(some.map((name) => readValues(folder, name)))
      some.forEach((name, at) => {
        const found = values[at]
        if (found !== undefined) places.set(name, found)
      })
    }
    if (signal.aborted) throw new TargetError('timeout', `${doing} was stopped`)
    const [all, localnet] = await Promise.all([
      readValues(folder, 'all'),
      Promise.all(['all', 'lo'].map((name) => readOne(folder, name, 'route_localnet'))),
    ])
    if (all === undefined) throw new TargetError('nonsense', `${doing} found no ${join(folder, 'all')}`)
    return { all, places, routesLocalnet: localnet.some((value) => (value ?? 0) > 0) }
  } catch (error) {
    if (error instanceof TargetError) throw error
    const message = `${doing} failed: ${(error as Error).message}; is /proc mounted?`
    throw new TargetError('unsupported', message, { cause: error })
  }
}

/** Undefined: the interface is gone. */
async function readValues(folder: string, place: string): Promise<ArpValues | undefined> {
  const [ignore, announce] = await Promise.all(arpSettings.map((setting) => readOne(folder, place, setting)))
  return ignore === undefined || announce === undefined ? undefined : { arp_ignore: ignore, arp_announce: announce }
}

async function readOne(folder: string, place: string, setting: string): Promise<number | undefined> {
  try {
    return Number(await readFile(join(folder, place, setting), 'utf8'))
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

async function applyOne(folder: string, change: ArpChange): Promise<Outcome> {
  try {
    await writeFile(join(folder, change.place, change.setting), String(change.value), { flag: 'r+' })
    return { kind: 'done' }
  } catch (error) {
    // What an interface that is gone was to be like nobody needs.
    return isGone(error) ? { kind: 'done' } : { kind: 'failed', error: writeError(change, error as Error) }
  }
}

/** ENODEV: it went between opening and reading. */
function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENODEV'
}

function writeError({ place, setting, value }: ArpChange, error: NodeJS.ErrnoException): TargetError {
  const what = `setting net.ipv4.conf.${place}.${setting} to ${value}`
  if (error.code === 'EROFS') {
    const remedy =
      'mount it writable for vipcast (in its unit, without ProtectKernelTunables=), or set net.ipv4.conf.all.arp_ignore=1 and net.ipv4.conf.all.arp_announce=2 from outside, which it leaves'
    return new TargetError('unsupported', `${what} failed: /proc/sys is read-only here; ${remedy}`, { cause: error })
  }
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    const remedy = 'give vipcast CAP_NET_ADMIN (AmbientCapabilities=CAP_NET_ADMIN in its unit) or run it as root'
    return new TargetError('not-permitted', `${what} is not permitted: ${remedy}`, { cause: error })
  }
  return new TargetError('rejected', `${what} failed: ${error.message}`, { cause: error })
}
