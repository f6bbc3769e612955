import { type Document, type ErrorCode, LineCounter, parseDocument } from 'yaml'

import { Problems } from '../problems.js'
import type { Node } from './node.js'
import { TreeReader } from './tree.js'

/** A file's text, read as YAML. `root` is null when there is nothing in it that can be looked at further. */
export interface YamlFile {
  readonly root: Node | null
  readonly problems: Problems
}

/** Reads the text. Never throws: what is wrong is in `problems`. */
export function readYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter()
  const problems = new Problems(file, (offset) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  })
  // Duplicate keys are found by TreeReader: the parser's own search compares every key with every other.
  const options = { prettyErrors: false, uniqueKeys: false, merge: true } as const
  return { root: readRoot(parseDocument(text, { ...options, lineCounter: lines }), problems), problems }
}

function readRoot(document: Document.Parsed, problems: Problems): Node | null {
  const faults = [...document.errors, ...document.warnings]
  // What follows a fault is misread, so of all that the parser reports only the faults of the first kind can be trusted.
  for (const { code, message, pos } of faults.filter(({ code }) => code === faults[0]?.code)) {
    const what = code === 'MULTIPLE_DOCS' ? 'a second document begins here' : `not valid YAML: ${clause(message)}`
    problems.refuse({ at: pos[0], path: [] }, what, syntaxRemedies[code] ?? mendSyntax)
  }
  if (faults.length > 0) return null
  const node = new TreeReader(problems).read(document.contents)
  if (node.kind !== 'scalar' || node.value !== null) return node
  problems.refuse({ at: 0, path: [] }, 'the file is empty', 'It needs at least `pools`, `routers` and `vips`')
  return null
}

function clause(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1).replace(/[.:\s]+$/, '')
}

const mendSyntax = 'Mend the syntax here; quotes around texts with special characters often help'

const ownLine = 'Write each `key: value` on a line of its own, and quote texts that hold `: `'

const syntaxRemedies: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'Indent with spaces',
  BAD_INDENT: 'Give the keys of one map the same indentation, and close every bracket',
  MISSING_CHAR: 'Close the quote or the bracket',
  MULTIPLE_DOCS: 'Write one document: remove the `---` and what follows',
  TAG_RESOLVE_FAILED: 'Remove the tag',
  MULTILINE_IMPLICIT_KEY: ownLine,
  BLOCK_AS_IMPLICIT_KEY: ownLine,
}
