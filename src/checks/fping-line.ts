/** One line of what fping prints in its looping mode, its errors included. */
export type FpingLine =
  /** `sequence` is the echo's number; the same number again is a duplicate. */
  | {
      readonly kind: 'reply'
      readonly address: string
      readonly sequence: number
      readonly milliseconds: number
    }
  /** Something came for an echo, but no reply of the host's own. */
  | { readonly kind: 'refusal'; readonly address: string; readonly said: string }
  | { readonly kind: 'timed-out' }
  /** Whatever else, such as why it can't run. */
  | { readonly kind: 'other'; readonly text: string }

/**
 * As fping 5 prints them, with an address as it was given on the command line. Who replied, when that is not the host, it
 * says on its standard error, which comes first:
 *
 *     192.0.2.2    : [7], 64 bytes, 0.570 ms (0.570 avg, 0% loss)
 *      [<- 192.0.2.3]192.0.2.2    : [7], 64 bytes, 0.570 ms (0.570 avg, 0% loss)
 *     192.0.2.9    : [7], timed out (NaN avg, 100% loss)
 *     ICMP Host Unreachable from 192.0.2.1 for ICMP Echo sent to 198.51.100.7
 */
export function parseFpingLine(line: string): FpingLine {
  const [, from, address = '', sequence, milliseconds] = reply.exec(line) ?? []
  if (from !== undefined) return { kind: 'refusal', address, said: `${from} replied in its place` }
  if (milliseconds !== undefined)
    // Less than nothing when the host's clock was set back meanwhile.
    return { kind: 'reply', address, sequence: Number(sequence), milliseconds: Math.max(0, Number(milliseconds)) }
  const [, said = '', router, sentTo] = icmp.exec(line) ?? []
  if (sentTo !== undefined) return { kind: 'refusal', address: sentTo, said: `${router} said ${said}` }
  return timedOut.test(line) ? { kind: 'timed-out' } : { kind: 'other', text: line }
}

const reply = /^(?: \[<- ([^\s\]]+)\])?(\S+) *: \[(\d+)\], \d+ bytes, (-?\d+(?:\.\d+)?(?:e[+-]\d+)?) ms \([^)]*\)$/
const timedOut = /^\S+ *: \[\d+\], timed out /
const icmp = /^ICMP (.{1,80}) from (\S+) for ICMP Echo sent to (\S+)$/
