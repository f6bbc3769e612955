import type { LoadProbe } from '../domain/config.js'
import { readHostLoad, type HostLoad } from './host-load.js'
import type { Finding, Prober, ProbeKind, ProbeTools } from './probe.js'
import { aborted, failed, passed, sharedBy, untested } from './probe.js'
import { SharedAnswer } from './shared-answer.js'

/**
 * Passes while the host is within the limits that are given. What every one of them measures is told, or what of it is
 * over its limit.
 *
 * | what the kernel tells    | result                                                                             |
 * |--------------------------|------------------------------------------------------------------------------------|
 * | within every limit       | pass: load 0.52, 3.1 GiB of memory available, 1632 open files                      |
 * | over one of them         | fail: load 65.20, 64 at most; 410 MiB of memory available, 512 MiB at least        |
 * | nothing, or nothing of it | unknown: the kernel does not tell how much memory is available                    |
 */
export const load: ProbeKind<LoadProbe> = {
  target: () => null,
  create: (probe, tools) => createLoadProber(probe, tools),
}

/** Checks that fall due within so many milliseconds share one reading. */
const instant = 20

const loadOf = sharedBy(({ clock }) => new SharedAnswer(() => readHostLoad(), clock))

function createLoadProber(probe: LoadProbe, tools: ProbeTools): Prober {
  return {
    probe: async (signal) => {
      try {
        const host = await loadOf(tools).get(instant, signal)
        return host === null ? aborted('no figures of the kernel') : judgeLoad(probe, host)
      } catch (error) {
        return untested(`the kernel's figures can not be read: ${(error as Error).message}`)
      }
    },
    close: () => {},
  }
}

/** One limit against one figure: what is measured and, when it is over, what the limit is. */
type Measured =
  | { readonly kind: 'within' | 'over'; readonly text: string; readonly limit: string }
  | { readonly kind: 'untold'; readonly what: string }

export function judgeLoad(probe: Omit<LoadProbe, 'type'>, host: HostLoad): Finding {
  const measured = [loadAverage(probe, host), memory(probe, host), openFiles(probe, host)].filter((one) => one !== null)
  const over = measured.flatMap((one) => (one.kind === 'over' ? [`${one.text}, ${one.limit}`] : []))
  if (over.length > 0) return failed(over.join('; '))
  const untold = measured.find((one) => one.kind === 'untold')
  if (untold !== undefined) return untested(`the kernel does not tell ${untold.what}`)
  return passed(measured.flatMap((one) => (one.kind === 'within' ? [one.text] : [])).join(', '))
}

function loadAverage({ maxLoad1m }: Omit<LoadProbe, 'type'>, { load1m }: HostLoad): Measured | null {
  if (maxLoad1m === null) return null
  if (load1m === null) return { kind: 'untold', what: 'the load' }
  return measure(load1m <= maxLoad1m, `load ${load1m.toFixed(2)}`, `${maxLoad1m} at most`)
}

function memory({ minMemoryAvailable: limit }: Omit<LoadProbe, 'type'>, host: HostLoad): Measured | null {
  if (limit === null) return null
  if (host.memory === null) return { kind: 'untold', what: 'how much memory is available' }
  const { available, total } = host.memory
  const least = limit.kind === 'bytes' ? limit.bytes : (total * limit.percent) / 100
  const share = limit.kind === 'bytes' ? '' : `${limit.percent}%, `
  return measure(
    available >= least,
    `${sizeText(available)} of memory available`,
    `${share}${sizeText(least)} at least`,
  )
}

function openFiles({ maxOpenFiles }: Omit<LoadProbe, 'type'>, host: HostLoad): Measured | null {
  if (maxOpenFiles === null) return null
  if (host.openFiles === null) return { kind: 'untold', what: 'how many files are open' }
  return measure(host.openFiles <= maxOpenFiles, `${host.openFiles} open files`, `${maxOpenFiles} at most`)
}

function measure(within: boolean, text: string, limit: string): Measured {
  return { kind: within ? 'within' : 'over', text, limit }
}

/** `3.1 GiB`. */
function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1)
  const value = bytes / 1024 ** power
  return `${Number(value.toFixed(value < 10 ? 1 : 0))} ${units[power]}`
}
