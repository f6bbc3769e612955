/** Splits what comes in chunks into lines; gives all complete lines of a chunk at once. */
export function lineSplitter(onLines: (lines: string[]) => void): (chunk: Buffer) => void {
  let rest = ''
  const decoder = new TextDecoder()
  return (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (lines.length > 0) onLines(lines)
  }
}
