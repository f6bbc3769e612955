import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { parseAddress } from '../domain/address.js'
import type { KeptSetting } from '../domain/arp.js'
import type { DaemonRouterConfig } from '../domain/config.js'

/**
 * What this host has from us, so that a later life (or `withdraw --all`) finds it whatever ended this one. A line is
 * written before the change that it speaks of is made, or after the change that ends it is confirmed. The run directory is
 * in memory and empty after a boot, as are the kernel's addresses.
 */
export interface JournalState {
  /** By address text: the interfaces on which we bound it. */
  readonly bindings: Map<string, Set<string>>
  /** By router name: texts of the addresses announced there. */
  readonly routes: Map<string, Set<string>>
  /** By router name: how to reach it, since the configuration may have forgotten it. */
  readonly routers: Map<string, DaemonRouterConfig>
  /** By address text: what holds after a withdrawal by health, on the monotonic clock. */
  readonly holds: Map<string, Hold>
  /** ARP settings of the host that are changed, or looked after, for the sake of silent VIPs: what they were. */
  readonly arp: Map<string, KeptSetting>
}

export interface Hold {
  readonly until: number
  readonly withdrawals: readonly number[]
}

type Entry =
  | { readonly op: 'bind' | 'unbind'; readonly address: string; readonly interface: string }
  | { readonly op: 'announce' | 'withdraw'; readonly address: string; readonly router: string }
  | { readonly op: 'router'; readonly config: DaemonRouterConfig }
  | { readonly op: 'forget'; readonly router: string }
  | { readonly op: 'hold'; readonly address: string; readonly hold: Hold | null }
  | { readonly op: 'arp'; readonly key: string; readonly kept: KeptSetting | null }
  | { readonly op: 'arp-end' }

/** Of the journal's lines. A file of a later format is set aside, and nothing in it is swept. */
const format = 1

export interface Journal {
  readonly state: JournalState
  write(...entries: Entry[]): void
  close(): void
}

export interface OpenedJournal {
  readonly journal: Journal
  /** One sentence where the file of the life before could not be used whole; null when all is well. */
  readonly trouble: string | null
}

export function journalPath(runDir: string): string {
  return join(runDir, 'journal')
}

/** Opens the journal of the run directory and rewrites it without what has ended. Throws where the directory can't be written. */
export function openJournal(runDir: string): OpenedJournal {
  mkdirSync(runDir, { recursive: true, mode: 0o755 })
  const path = journalPath(runDir)
  const { state, trouble } = readJournal(path)
  if (trouble?.setAside === true) renameSync(path, unused(`${path}.later-format`))
  const file = compact(path, state)
  return { journal: new FileJournal(file, path, state), trouble: trouble?.text ?? null }
}

/** The path, or the path with a number behind it, that no file has yet. */
function unused(path: string): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? path : `${path}.${number}`
    if (!existsSync(candidate)) return candidate
  }
}

/** Reads without changing anything; an absent file is an empty journal. */
export function readJournal(path: string): {
  state: JournalState
  trouble: { readonly text: string; readonly setAside: boolean } | null
} {
  const state: JournalState = {
    bindings: new Map(),
    routes: new Map(),
    routers: new Map(),
    holds: new Map(),
    arp: new Map(),
  }
  if (!existsSync(path)) return { state, trouble: null }
  const [head = '', ...lines] = readFileSync(path, 'utf8').split('\n')
  const written = parseLine(head)?.['format']
  if (typeof written !== 'number' || written > format) {
    const text = `The journal ${path} has format ${String(written)}, this release knows ${format}; what it lists is left alone: remove it by hand or with the release that wrote it.`
    return { state, trouble: { text, setAside: true } }
  }
  let broken = 0
  for (const line of lines) {
    if (line === '') continue
    const entry = parseEntry(line)
    if (entry === undefined) broken += 1
    else replay(state, entry)
  }
  // A life that was killed while it wrote leaves one half line at most; the change that it announced was not yet made.
  const text = `The journal ${path} has ${broken} unreadable lines; the others were used.`
  return { state, trouble: broken > 1 ? { text, setAside: false } : null }
}

class FileJournal implements Journal {
  #lines = 0

  constructor(
    private file: number,
    private readonly path: string,
    readonly state: JournalState,
  ) {}

  write(...entries: Entry[]): void {
    if (entries.length === 0) return
    for (const entry of entries) replay(this.state, entry)
    writeFileSync(this.file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
    this.#lines += entries.length
    if (this.#lines > 1_000 + 10 * size(this.state)) this.#compact()
  }

  close(): void {
    closeSync(this.file)
  }

  #compact(): void {
    closeSync(this.file)
    this.file = compact(this.path, this.state)
    this.#lines = 0
  }
}

/** Replaces the file by the entries that still hold, in one step: a reader finds the old one or the new one. */
function compact(path: string, state: JournalState): number {
  const next = `${path}.next`
  const file = openSync(next, 'w', 0o644)
  const lines = [{ format }, ...entriesOf(state)].map((line) => `${JSON.stringify(line)}\n`)
  writeFileSync(file, lines.join(''))
  renameSync(next, path)
  return file
}

function* entriesOf(state: JournalState): Iterable<Entry> {
  for (const config of state.routers.values()) yield { op: 'router', config }
  for (const [address, interfaces] of state.bindings)
    for (const on of interfaces) yield { op: 'bind', address, interface: on }
  for (const [router, addresses] of state.routes)
    for (const address of addresses) yield { op: 'announce', address, router }
  for (const [address, hold] of state.holds) yield { op: 'hold', address, hold }
  for (const [key, kept] of state.arp) yield { op: 'arp', key, kept }
}

function replay(state: JournalState, entry: Entry): void {
  switch (entry.op) {
    case 'bind':
      addTo(state.bindings, entry.address, entry.interface)
      break
    case 'unbind':
      removeFrom(state.bindings, entry.address, entry.interface)
      break
    case 'announce':
      addTo(state.routes, entry.router, entry.address)
      break
    case 'withdraw':
      removeFrom(state.routes, entry.router, entry.address)
      break
    case 'router':
      state.routers.set(entry.config.name, entry.config)
      break
    case 'forget':
      state.routers.delete(entry.router)
      state.routes.delete(entry.router)
      break
    case 'hold':
      if (entry.hold === null) state.holds.delete(entry.address)
      else state.holds.set(entry.address, entry.hold)
      break
    case 'arp':
      if (entry.kept === null) state.arp.delete(entry.key)
      else state.arp.set(entry.key, entry.kept)
      break
    case 'arp-end':
      state.arp.clear()
      break
  }
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key)
  if (set === undefined) map.set(key, new Set([value]))
  else set.add(value)
}

function removeFrom(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key)
  set?.delete(value)
  if (set?.size === 0) map.delete(key)
}

function size(state: JournalState): number {
  let routes = 0
  for (const addresses of state.routes.values()) routes += addresses.size
  return state.bindings.size + routes + state.holds.size + state.routers.size + state.arp.size
}

/** An entry, or undefined for a line that is none: whatever wrote it, the rest of the file must still be used. */
function parseEntry(line: string): Entry | undefined {
  const entry = parseLine(line)
  if (entry === undefined) return undefined
  const { op, address, interface: on, router, config, hold, key, kept } = entry
  const ofAddress = typeof address === 'string' && parseAddress(address) !== undefined
  const valid: Readonly<Record<string, boolean | undefined>> = {
    bind: ofAddress && typeof on === 'string',
    unbind: ofAddress && typeof on === 'string',
    announce: ofAddress && typeof router === 'string',
    withdraw: ofAddress && typeof router === 'string',
    router: isRecord(config) && typeof config['name'] === 'string',
    forget: typeof router === 'string',
    hold: ofAddress && (hold === null || isHold(hold)),
    arp: typeof key === 'string' && (kept === null || isKept(kept)),
    'arp-end': true,
  }
  return valid[String(op)] === true ? (entry as unknown as Entry) : undefined
}

function isHold(value: unknown): boolean {
  return isRecord(value) && typeof value['until'] === 'number' && Array.isArray(value['withdrawals'])
}

function isKept(value: unknown): boolean {
  return isRecord(value) && typeof value['former'] === 'number' && typeof value['ours'] === 'number'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}
