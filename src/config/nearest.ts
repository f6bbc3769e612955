/** The candidate that the word most likely meant; undefined when none is close. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const plain = flatten(word)
  let best: { candidate: string; distance: number } | undefined
  for (const candidate of candidates) {
    const distance = editDistance(plain, flatten(candidate))
    if (distance < (best?.distance ?? Infinity)) best = { candidate, distance }
  }
  // A third of the letters wrong still reads as a slip; more is another word.
  return best !== undefined && best.distance <= Math.max(1, plain.length / 3) ? best.candidate : undefined
}

/** `hold_down`, `hold-down` and `HoldDown` all mean holdDown. */
function flatten(word: string): string {
  return word.toLowerCase().replaceAll(/[-_\s]/g, '')
}

/** Letters added, dropped, replaced, or swapped with their neighbor (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const cost = Math.min(replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(swapped ? Math.min(cost, (beforeLast[j - 2] ?? 0) + 1) : cost)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
