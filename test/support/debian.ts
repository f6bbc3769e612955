import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A package of some Debian release, unpacked with all that it needs. */
export interface Unpacked {
  /** What is in it runs with this as its root directory. */
  readonly root: string
  /** The package's version, `10.7.1-6`. */
  readonly version: string
}

/** Unpacks a package of another Debian release into the cache. Throws a sentence when it can't be had. */
export async function unpackedOfDebian(release: string, packageName: string): Promise<Unpacked> {
  return folderOf('testnet/debian-release.sh', [release, packageName])
}

/** The FRR of Debian 12, built with its gRPC northbound: the first time takes minutes. Throws a sentence when that fails. */
export async function frrWithGrpc(): Promise<Unpacked> {
  return folderOf('testnet/frr-grpc.sh', [])
}

/** Runs a script that prints a folder. */
async function folderOf(script: string, words: readonly string[]): Promise<Unpacked> {
  const { stdout } = await run(script, words)
  const root = stdout.trim()
  return { root, version: (await readFile(`${root}.version`, 'utf8')).trim() }
}
