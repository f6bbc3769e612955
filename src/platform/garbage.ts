import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Frees at once what nothing uses any more, in some ten milliseconds. V8 offers it behind a flag only, and by itself lets the
 * heap grow to several times what is in use first: the parse of a large file would stay resident for as long as the daemon idles.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
}
