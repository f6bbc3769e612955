/** What is wrong with something of this host that a probe names, or with what the probe wants of it. */
export interface ProbeProblem {
  /** The key of the check that it is about. */
  readonly key: string
  /**
   * `missing`: it is not here, which need not be the host that it is for. The last two are said by whom the daemon runs as, on
   * its host.
   */
  readonly kind: 'wrong' | 'missing' | 'not-permitted' | 'not-installed'
  /** For a person, without a full stop at its end. */
  readonly message: string
}
