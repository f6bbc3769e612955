/** What is wrong with something of this host that a probe names, or with what the probe wants of it. */
export interface ProbeProblem {
  /** The key of the check that it is about. */
  readonly key: string
  /** `missing`: it is not here, which need not be the host that it is for. `not-permitted`: this daemon may not do it. */
  readonly kind: 'wrong' | 'missing' | 'not-permitted'
  /** For a person, without a full stop at its end. */
  readonly message: string
}
