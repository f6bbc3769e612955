import { z } from 'zod'

import { fileShape } from './schema/file.js'

/**
 * The JSON Schema (2020-12) of the file as people write it, for editors: it completes keys and checks single values.
 * Rules between several keys, and what is not built yet, only the loader knows.
 */
export function configJsonSchema(): object {
  const file = z.strictObject(fileShape).meta({ title: 'vipcast configuration' })
  return z.toJSONSchema(file, { io: 'input' })
}
