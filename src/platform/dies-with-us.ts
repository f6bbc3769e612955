/** Notices a parent that died before setpriv asked: there is another parent then. Its $0 is what sh calls itself when it fails. */
const launch = '[ "$PPID" = "$1" ] && shift && exec "$@"'

/**
 * The same program, killed by the kernel when this process ends, however it ends. Node can't ask for that, setpriv can; the
 * signal comes when the thread that spawned it ends, and is lost on set-uid programs and those with capabilities. What
 * the program starts is not meant. `identity` are more arguments for setpriv: whom it runs as.
 *
 * The program is found and executed in the child's own time. Node's spawn returns only when that is done, so that a
 * program on a dead file server would hold up the whole daemon.
 */
export function diesWithUs(argv: readonly string[], identity: readonly string[] = []): string[] {
  const prefix = ['setpriv', '--pdeathsig', 'KILL', ...identity, '--', 'sh', '-c', launch]
  return [...prefix, 'vipcast', String(process.pid), ...argv]
}
