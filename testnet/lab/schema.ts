import { z } from 'zod'

/**
 * The part of containerlab's topology format that this runner understands. Every other key is an error: a setting that
 * is skipped would make a lab that is not the one in the file.
 */

// containerlab expands ${NAME} from the environment of whoever starts it; here a file says the same to everybody.
const text = z
  .string({ error: 'must be a text' })
  .refine((value) => !value.includes('$'), { error: 'variables ($) are not expanded by this runner' })

const scalar = z.union([text, z.number()], { error: 'must be a text or a number' })

const settings = strict({
  kind: z.literal('linux', { error: 'must be linux: this runner knows no other kind' }).optional(),
  image: text.optional(),
  cmd: text.optional(),
  exec: z.array(text, { error: 'must be a list of commands' }).optional(),
  binds: z.array(text, { error: 'must be a list of source:target' }).optional(),
  env: z.record(z.string(), scalar, { error: 'must be a map of variables' }).optional(),
  sysctls: z.record(z.string(), scalar, { error: 'must be a map of kernel settings' }).optional(),
  'network-mode': z.literal('none', { error: 'must be none: a node has the links of the topology only' }).optional(),
})

const nodeName = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, {
  error: 'a node is named as a host: a letter, then letters, digits and dashes, all lower case',
})

const endpoint = z.string({ error: 'must be "node:interface"' }).regex(/^[^:\s]+:[a-zA-Z][\w.-]{0,14}$/, {
  error: 'must be "node:interface", the interface at most 15 characters long',
})

const link = strict({ endpoints: z.tuple([endpoint, endpoint], { error: 'must be two of "node:interface"' }) })

const topology = strict({
  defaults: settings.optional(),
  kinds: strict({ linux: settings.optional() }).optional(),
  nodes: z.record(nodeName, settings.nullable(), { error: 'must be a map of nodes' }),
  links: z.array(link, { error: 'must be a list of links' }).optional(),
})

export const topologySchema = strict({ name: text, topology })

export type TopologyDocument = z.infer<typeof topologySchema>
export type NodeSettings = z.infer<typeof settings>

function strict<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape).join(', ')
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? `this runner knows ${known}` : `must be a map of ${known}`),
  })
}
