import { fileURLToPath } from 'node:url'
import { configurationPage } from './configuration.js'
import { reasonsPage } from './reasons.js'

/** The pages of docs/ that are made from the code, by file name. */
export const generatedPages: Readonly<Record<string, () => string>> = {
  'configuration.md': configurationPage,
  'reasons.md': reasonsPage,
}

/** From build/test/docs to a file of docs/. */
export function pagePath(name: string): string {
  return fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url))
}
