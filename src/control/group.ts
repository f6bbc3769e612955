import { readFile } from 'node:fs/promises'
import { ControlError } from './error.js'

/** The number of a group, from /etc/group; a name that is a number already is taken as such. */
export async function groupId(name: string, key: string, file = '/etc/group'): Promise<number> {
  if (/^\d+$/.test(name)) return Number(name)
  const lines = (await readFile(file, 'utf8')).split('\n')
  const id = lines.map((line) => line.split(':')).find(([group]) => group === name)?.[2]
  if (id === undefined || !/^\d+$/.test(id)) {
    throw new ControlError(
      'no-group',
      `${file} has no group ${JSON.stringify(name)}: create it with \`groupadd --system ${name}\`, or change ${key}`,
    )
  }
  return Number(id)
}
