/** Exit codes, the same for all commands. */
export const exit = {
  /** Done, or as wished. */
  done: 0,
  failed: 1,
  /** Usage or configuration. */
  usage: 2,
  notAsWished: 3,
  noDaemon: 4,
  notPermitted: 5,
} as const

export type ExitCode = (typeof exit)[keyof typeof exit]
