import type { ProcessRunner } from '../platform/process.js'

/**
 * Tells systemd's notify socket how the daemon is; does nothing where there is none. Node can't open a datagram Unix
 * socket, so systemd's own program does it; the unit needs NotifyAccess=all for that.
 */
export async function notifySystemd(
  runner: ProcessRunner,
  state: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (process.env['NOTIFY_SOCKET'] === undefined) return
  await runner.run(['systemd-notify', ...state], { timeout: 5_000, signal })
}
