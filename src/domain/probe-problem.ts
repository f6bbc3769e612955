/** What is wrong with a file that a probe names, or with what the probe wants of it. */
export interface ProbeProblem {
  /** The key of the check that it is about. */
  readonly key: string
  /** `missing`: the file can't be read here, which need not be the host that it is for. */
  readonly kind: 'wrong' | 'missing'
  /** For a person, without a full stop at its end. */
  readonly message: string
}
