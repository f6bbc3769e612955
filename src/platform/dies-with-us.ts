/** Notices a parent that died before setpriv asked: there is another parent then. */
const launch = '[ "$PPID" = "$1" ] && shift && exec "$@"'

/**
 * The same; and somebody in the group waits for the end of what it has as standard input, then kills the whole of it. He is no
 * child of the program, which may wait for all that it has, and costs no program of his own.
 */
const launchGroup =
  '[ "$PPID" = "$1" ] && shift && exec 3<&0 </dev/null && ' +
  '( { read -r _; kill -KILL 0; } <&3 >/dev/null 2>&1 & ) && exec 3<&- "$@"'

/**
 * The same program, killed by the kernel when this process ends, however it ends. Node can't ask for that, setpriv can; the
 * signal comes when the thread that spawned it ends, and is lost on set-uid programs and those with capabilities. What
 * the program starts is not meant.
 * */
export function diesWithUs(argv: readonly string[]): string[] {
  return launchedBy(launch, [], argv)
}

/**
 * The same for a program that leads a process group, with all that is in it: for `ProcessRunner.runGroup` with `lifeline`.
 * `identity` are more arguments for setpriv: whom it runs as.
 *
 * The program is found and executed in the child's own time. Node's spawn returns only when that is done, so that a
 * program on a dead file server would hold up the whole daemon.
 */
export function groupDiesWithUs(argv: readonly string[], identity: readonly string[]): string[] {
  return launchedBy(launchGroup, identity, argv)
}

/** `vipcast` is what sh calls itself when it can't execute the program. */
function launchedBy(script: string, identity: readonly string[], argv: readonly string[]): string[] {
  const launcher = ['setpriv', '--pdeathsig', 'KILL', ...identity, '--', 'sh', '-c', script]
  return [...launcher, 'vipcast', String(process.pid), ...argv]
}
