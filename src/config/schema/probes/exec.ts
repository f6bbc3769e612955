import { z } from 'zod'

import { kindOf, leaf, textWith, Wrong } from '../leaf.js'

const argument = textWith({ description: '${address}: each address of the VIP in turn' }, (written) =>
  written.includes('\0') ? new Wrong('must not hold a NUL character', 'Remove it') : written,
)

const env = leaf<Readonly<Record<string, string>>>(
  {
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Variables of its environment, beside those that vipcast has',
  },
  (written) => {
    if (typeof written !== 'object' || written === null || Array.isArray(written)) {
      return new Wrong(`must be a map, not ${kindOf(written)}`, 'Write {NAME: "value"}')
    }
    const entries = Object.entries(written)
    const wrong = entries.find(
      ([name, value]) => !/^[A-Za-z_]\w*$/.test(name) || typeof value !== 'string' || value.includes('\0'),
    )
    if (wrong === undefined) return Object.fromEntries(entries) as Record<string, string>
    return new Wrong(
      `the variable \`${wrong[0]}\` is not valid`,
      'Write a name of letters, digits and `_`, and a quoted text',
    )
  },
)

const user = textWith({ description: "User that it runs as, a name or a number; default vipcast's own" }, (written) =>
  /^[A-Za-z0-9_][\w.@-]*\$?$/.test(written)
    ? written
    : new Wrong(`\`${written}\` can't be a user`, 'Write a name as in /etc/passwd, or a number in quotes'),
)

export const execShape = {
  type: z.literal('exec').meta({ description: 'A program exits with 0 in time' }),
  command: z.array(argument).min(1).meta({ description: 'The program and its arguments; no shell reads them' }),
  env: env.optional(),
  user: user.optional(),
}
