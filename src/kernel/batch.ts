import { hostPrefix } from '../domain/address.js'
import type { AddressChange } from '../domain/target.js'

/**
 * One line of `ip -batch`. Scope `host` keeps an IPv4 VIP from being chosen as a source address; IPv6 has no such scope
 * there and takes a preferred lifetime of 0 for that. `nodad`: an anycast address is on other hosts too.
 * `add`, not `replace`: an address that was there before us keeps the lifetimes it had. `change` gives one that is there
 * other lifetimes in place, so that no route that uses it is lost; the kernel adds one that is not there.
 */
export function batchLine(change: AddressChange): string {
  const { kind, address, interface: device } = change
  const what = `${hostPrefix(address)} dev ${device}`
  if (kind === 'unbind') return `address del ${what}`
  const valid = change.lifetime === null ? 'forever' : String(change.lifetime / 1000)
  const own = address.family === 'ipv4' ? `scope host preferred_lft ${valid}` : 'nodad preferred_lft 0'
  return `address ${kind === 'bind' ? 'add' : 'change'} ${what} valid_lft ${valid} ${own}`
}

/**
 * What `ip -force -batch -` said about the lines that failed, by index from 0. For each it prints what the kernel
 * answered and then `Command failed -:N`.
 */
export function batchFailures(stderr: string): Map<number, string> {
  const failures = new Map<number, string>()
  let said: string[] = []
  for (const line of stderr.split('\n')) {
    const number = /^Command failed -:(\d+)$/.exec(line)?.[1]
    if (number === undefined) {
      if (line !== '') said.push(line)
      continue
    }
    failures.set(Number(number) - 1, said.join('; '))
    said = []
  }
  return failures
}

/**
 * Names that the kernel refuses (dev_valid_name), and such that would be a quote or a comment inside a batch: `ip` ends
 * the whole batch there.
 */
export function isInterfaceName(name: string): boolean {
  return /^[^\s/:"'#\\]{1,15}$/.test(name) && name !== '.' && name !== '..'
}
