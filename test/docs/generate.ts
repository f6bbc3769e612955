import { writeFileSync } from 'node:fs'
import { generatedPages, pagePath } from './pages.js'

/** `make docs`: writes the pages of docs/ that are made from the code. */
for (const [name, page] of Object.entries(generatedPages)) writeFileSync(pagePath(name), page())
