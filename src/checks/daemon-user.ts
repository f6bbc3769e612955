import { lackedCapabilities } from '../platform/capabilities.js'

/**
 * Whether what this process may do, and what is installed here, is what the daemon may and has. Whoever may not even bind
 * addresses is another user than the one that the daemon runs as, on another machine perhaps.
 */
export async function isDaemonsUser(): Promise<boolean> {
  return (await lackedCapabilities(['CAP_NET_ADMIN'])).length === 0
}
