import { daemonEntries, type Entries } from '../entries.js'
import { packageVersion } from '../version.js'

/** The daemon, in the foreground, until it is told to stop. */
export async function runDaemon(configFile: string, entries: Entries = daemonEntries): Promise<number> {
  const { run } = await entries.run()
  return run({ configFile, version: packageVersion() })
}
