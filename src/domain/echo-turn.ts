/** What fping sends at most, since it lets only root ask for more: one echo in a millisecond, and to each host one in ten. */
export const echoGap = 1
const leastTurn = 10

/** Milliseconds from one echo to a host to the next, when so many hosts get one each; this host itself is always among them. */
export function echoTurn(hosts: number, wanted: number): number {
  return Math.max(leastTurn, (hosts + 1) * echoGap, wanted)
}
