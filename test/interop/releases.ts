import type { LabOptions } from '../../testnet/lab/lab.js'
import type { Unpacked } from '../support/debian.js'

/** For startLab: nodes whose program is that of another release than this machine's. */
export function bindReleases(released: Readonly<Record<string, Unpacked | undefined>>): LabOptions {
  const bound = Object.entries(released).flatMap(([node, release]) =>
    release === undefined ? [] : [[node, [`${release.root}:/run/release:ro`]] as const],
  )
  return { binds: Object.fromEntries(bound) }
}
