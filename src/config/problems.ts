import { type ConfigError, pathText } from './errors.js'

export type Path = readonly (string | number)[]

/** Something in the file that a problem can point at: an offset into its text, and the path to it. */
export interface Spot {
  readonly at: number
  readonly path: Path
}

/** Gathers every error and warning of one file, so that they can be shown all at once and in its order. */
export class Problems {
  readonly #errors: Spotted[] = []
  readonly #warnings: Spotted[] = []

  constructor(
    private readonly file: string,
    private readonly locate: (offset: number) => { readonly line: number; readonly column: number },
  ) {}

  refuse(spot: Spot, message: string, remedy: string): void {
    this.#errors.push({ at: spot.at, path: spot.path, message, remedy })
  }

  warn(spot: Spot, message: string, remedy: string): void {
    this.#warnings.push({ at: spot.at, path: spot.path, message, remedy })
  }

  /** The line of an offset, from 1: for messages that name another place. */
  lineOf(offset: number): number {
    return this.locate(offset).line
  }

  /** How many errors so far. */
  get count(): number {
    return this.#errors.length
  }

  get any(): boolean {
    return this.#errors.length > 0
  }

  errors(): ConfigError[] {
    return this.#inOrder(this.#errors)
  }

  warnings(): ConfigError[] {
    return this.#inOrder(this.#warnings)
  }

  /** What several VIPs inherit from `defaults` is found wrong once for each of them, and is one problem all the same. */
  #inOrder(spotted: readonly Spotted[]): ConfigError[] {
    const sorted = [...spotted].sort((a, b) => a.at - b.at)
    const rendered = sorted.map((problem): ConfigError => {
      const { line, column } = this.locate(problem.at)
      const { message, remedy } = problem
      return { file: this.file, line, column, path: pathText(problem.path), message, remedy }
    })
    return [...new Map(rendered.map((error) => [JSON.stringify(error), error])).values()]
  }
}

interface Spotted extends Spot {
  readonly message: string
  readonly remedy: string
}
