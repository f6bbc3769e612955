import { spawn } from 'node:child_process'

/** Calls back on each line of `ss -E` about the listener of port 8080: it is gone. */
export function onListenerGone(callback: () => void): void {
  const filter = '( sport = :8080 and dport = :0 )'
  const listeners = spawn('stdbuf', ['-oL', 'ss', '-E', '-H', '-n', '-O', '-t', filter], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  listeners.stdout.on('data', callback)
}
