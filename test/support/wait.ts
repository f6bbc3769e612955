import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** Waits until a condition holds, asked every so often; fails after `within` milliseconds, naming what was waited for. */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  within = 20_000,
  every = 5,
): Promise<void> {
  const deadline = performance.now() + within
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${within / 1000} s in vain: ${what}`)
    await pause(every)
  }
}

/** Whether a process still does anything: one that only waits to be reaped does not. */
export function isAlive(pid: number | string): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
