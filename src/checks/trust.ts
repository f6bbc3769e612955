import { readFile } from 'node:fs/promises'
import type { SecureContext } from 'node:tls'
import { createSecureContext } from 'node:tls'

import type { Clock } from '../platform/clock.js'

/** How long a file of authorities is used before it is read again, in milliseconds: certificates are renewed in place. */
const freshFor = 60_000

/** Whom a check trusts: the authorities in a PEM file. Rejects when it can't be read or holds none. */
export type Trust = () => Promise<SecureContext>

export function trustFile(path: string, clock: Clock): Trust {
  let known: { readonly context: SecureContext; readonly until: number } | null = null
  return async () => {
    if (known !== null && clock.now() < known.until) return known.context
    const pem = await readFile(path, 'utf8')
    // OpenSSL takes a file without any as an empty list, and every certificate would seem to be at fault.
    if (!/-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----/.test(pem))
      throw new Error('it holds no certificate in PEM form')
    const context = createSecureContext({ ca: pem })
    known = { context, until: clock.now() + freshFor }
    return context
  }
}

let bundled: SecureContext | undefined

/** Whom a check trusts: the authorities in `ca`, or else those that Node brings along. Its errors are sentences. */
export function trustOf(ca: string | null, clock: Clock): Trust {
  if (ca === null) return () => Promise.resolve((bundled ??= createSecureContext()))
  const trust = trustFile(ca, clock)
  return async () => {
    try {
      return await trust()
    } catch (error) {
      throw new Error(`the authorities in ${ca} can not be used: ${(error as Error).message}`, { cause: error })
    }
  }
}
