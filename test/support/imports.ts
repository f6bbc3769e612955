import { posix } from 'node:path'

/** One import of a source file. */
export interface Import {
  /** The importing file, relative to src: `daemon/lane.ts`. */
  readonly file: string
  readonly to: Imported
  /** `lazy`: loaded when it is needed. `type`: nothing is loaded. */
  readonly how: 'static' | 'lazy' | 'type'
}

export type Imported =
  /** A file of ours, relative to src. */
  | { readonly kind: 'own'; readonly file: string }
  | { readonly kind: 'node'; readonly module: string }
  /** A package, without the path inside it. */
  | { readonly kind: 'package'; readonly name: string }

/** The imports of a file. A plain parser of import lines: the formatter writes them all in the same few ways. */
export function importsOf(file: string, text: string): Import[] {
  const code = withoutComments(text)
  const statements = [...code.matchAll(/^(?:import|export)\b(?<what>[^'"`;()]*?)\bfrom '(?<from>[^']+)'/gm)]
  const bare = [...code.matchAll(/^import '(?<from>[^']+)'/gm)]
  const lazy = [...code.matchAll(/\bimport\(\s*'(?<from>[^']+)'\s*\)(?<dot>\.[A-Z])?/g)]
  const found = (how: Import['how'], from: string | undefined): Import => ({ file, how, to: resolve(file, from ?? '') })
  return [
    ...statements.map(({ groups }) => found(isTypeOnly(groups?.['what'] ?? '') ? 'type' : 'static', groups?.['from'])),
    ...bare.map(({ groups }) => found('static', groups?.['from'])),
    ...lazy.map(({ groups }) => found(groups?.['dot'] === undefined ? 'lazy' : 'type', groups?.['from'])),
  ]
}

/** The code without comments; texts stay. */
export function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/[^\n]*/g, '')
}

function isTypeOnly(what: string): boolean {
  const names = what.replaceAll(/[{}\s]/g, ' ').trim()
  return (
    names.startsWith('type ') || (what.includes('{') && names.split(',').every((name) => /^\s*(type |$)/.test(name)))
  )
}

function resolve(file: string, from: string): Imported {
  if (from.startsWith('.')) {
    return { kind: 'own', file: posix.join(posix.dirname(file), from).replace(/\.js$/, '.ts') }
  }
  if (from.startsWith('node:')) return { kind: 'node', module: from }
  const parts = from.split('/')
  return { kind: 'package', name: parts.slice(0, from.startsWith('@') ? 2 : 1).join('/') }
}
