import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import type { Request } from '../domain/desired.js'

/** What operators asked for and what must survive a reboot, in the state directory. */
interface StoredRequests {
  readonly format: 1
  /** After `withdraw --all`: every VIP, also one that is configured later, until `enable --all`. */
  readonly allDisabled: boolean
  readonly disabled: readonly string[]
}

const nothing: StoredRequests = { format: 1, allDisabled: false, disabled: [] }

/** Operators' requests, written through to the disk before they take effect. */
export class RequestStore {
  #requests: StoredRequests

  private constructor(
    private readonly path: string,
    requests: StoredRequests,
  ) {
    this.#requests = requests
  }

  /** Throws where the file is there and can't be read: an operator's word must not be lost in silence. */
  static open(stateDir: string): RequestStore {
    const path = join(stateDir, 'requests.json')
    return new RequestStore(path, readRequests(path))
  }

  get allDisabled(): boolean {
    return this.#requests.allDisabled
  }

  of(vip: string): Request {
    return this.#requests.allDisabled || this.#requests.disabled.includes(vip) ? 'disabled' : 'none'
  }

  disable(vips: readonly string[]): void {
    this.#write({ ...this.#requests, disabled: [...new Set([...this.#requests.disabled, ...vips])].sort() })
  }

  enable(vips: readonly string[]): void {
    this.#write({ ...this.#requests, disabled: this.#requests.disabled.filter((name) => !vips.includes(name)) })
  }

  disableAll(): void {
    this.#write({ ...this.#requests, allDisabled: true })
  }

  enableAll(): void {
    this.#write(nothing)
  }

  #write(requests: StoredRequests): void {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o755 })
    writeFileSync(`${this.path}.next`, `${JSON.stringify(requests)}\n`, { mode: 0o644, flush: true })
    renameSync(`${this.path}.next`, this.path)
    this.#requests = requests
  }
}

function readRequests(path: string): StoredRequests {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return nothing
    throw error
  }
  const value = parseObject(text)
  const { format, allDisabled, disabled } = value ?? {}
  if (format !== 1 || !Array.isArray(disabled) || !disabled.every((name) => typeof name === 'string')) {
    throw new Error(`${path} was not written by this release, or is damaged; look at it, then remove it.`)
  }
  return { format, allDisabled: allDisabled === true, disabled }
}

function parseObject(text: string): Partial<StoredRequests> | null {
  try {
    return JSON.parse(text) as Partial<StoredRequests> | null
  } catch {
    return null
  }
}
