import { z } from 'zod'

import { absolutePath, oneOf, someTime } from '../scalars.js'
import { expectation } from './parts.js'

export const fileCheckShape = {
  type: z.literal('file').meta({ description: 'A file is there or not, is fresh, and says what it should' }),
  path: absolutePath('Path of the file'),
  state: oneOf(['present', 'absent'], 'Whether it must be there; default present').optional(),
  maxAge: someTime('How long ago it may have been written; default any time').optional(),
  contains: expectation('The file').optional(),
}
