/**
 * Splits a command line into words as a shell would, without expanding anything: spaces part words, single and double
 * quotes and a backslash keep them together. Throws when a quote is left open.
 */
export function splitWords(line: string): string[] {
  const words: string[] = []
  const pattern = /\s+|"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)|([^\s"'\\]+)|(.)/gsy
  let word: string | undefined
  for (const [all, double, single, escaped, plain, open] of line.matchAll(pattern)) {
    if (open !== undefined) throw new Error(`the ${open === '\\' ? 'backslash' : 'quote'} ${open} is left open`)
    const text = double?.replaceAll(/\\(["\\])/gs, '$1') ?? single ?? escaped ?? plain
    if (text !== undefined) {
      word = (word ?? '') + text
    } else if (all !== '' && word !== undefined) {
      words.push(word)
      word = undefined
    }
  }
  return word === undefined ? words : [...words, word]
}
