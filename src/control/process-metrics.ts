import { readdir } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Gauge, Counter, Registry } from 'prom-client'

/** Milliseconds between two looks at the loop: what a look costs is seen in the idle CPU of the daemon. */
const lagResolution = 20

const lagQuantiles = [0.5, 0.9, 0.99, 0.999, 1]

/**
 * Metrics of the process itself, under their usual names. Not prom-client's default set: that one reads /proc
 * synchronously and observes every garbage collection. `stop` ends the look at the event loop.
 */
export function startProcessMetrics(): { registry: Registry; stop: () => void } {
  const registry = new Registry()
  gauge(registry, 'process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
  gauge(registry, 'nodejs_heap_size_used_bytes', 'Heap in use.', () => process.memoryUsage().heapUsed)
  gauge(registry, 'process_open_fds', 'Open file descriptors.', async () => (await readdir('/proc/self/fd')).length)
  const startedAt = Date.now() / 1000 - process.uptime()
  gauge(registry, 'process_start_time_seconds', 'Start of the process, seconds since the epoch.', () => startedAt)
  cpuCounters(registry)
  return { registry, stop: eventLoopLag(registry) }
}

function gauge(registry: Registry, name: string, help: string, read: () => number | Promise<number>): void {
  const made: Gauge = new Gauge({
    name,
    help,
    registers: [registry],
    collect: async () => {
      made.set(await read())
    },
  })
}

function cpuCounters(registry: Registry): void {
  const parts = ['user', 'system'] as const
  for (const part of parts) {
    const counter: Counter = new Counter({
      name: `process_cpu_${part}_seconds_total`,
      help: `CPU time of the process, ${part}.`,
      registers: [registry],
      collect: () => {
        counter.reset()
        counter.inc(process.cpuUsage()[part] / 1e6)
      },
    })
  }
}

/** Quantile 1 is the longest delay. What is measured includes the resolution, which is no lag. */
function eventLoopLag(registry: Registry): () => void {
  const delay = monitorEventLoopDelay({ resolution: lagResolution })
  delay.enable()
  const lag: Gauge<'quantile'> = new Gauge({
    name: 'vipcast_event_loop_lag_seconds',
    help: 'Lateness of the event loop since the scrape before, by quantile.',
    labelNames: ['quantile'],
    registers: [registry],
    collect: () => {
      for (const quantile of lagQuantiles) {
        const measured = delay.count === 0 ? 0 : delay.percentile(quantile * 100) / 1e9 - lagResolution / 1e3
        lag.labels(String(quantile)).set(Math.max(0, measured))
      }
      delay.reset()
    },
  })
  return () => void delay.disable()
}
