import type { ExecProbe } from '../../../domain/config.js'
import { everyCheckShape } from '../../schema/checks.js'
import { execShape } from '../../schema/probes/exec.js'
import { Fields } from '../fields.js'
import type { Place } from '../place.js'

const placeholder = '${address}'

export function readExec(place: Place): ExecProbe {
  const fields = new Fields(place, execShape, { also: everyCheckShape })
  const command = fields.get('command', [])
  const env = fields.get('env', {})
  refuseRelative(fields.at('command')?.items()[0], command[0])
  const asks = [...command, ...Object.values(env)].some((text) => text.includes(placeholder))
  return { type: 'exec', host: asks ? placeholder : null, command, env, user: fields.get('user', null) }
}

/** It would depend on the directory that the daemon was started in. */
function refuseRelative(place: Place | undefined, program: string | undefined): void {
  if (program === '') place?.refuse('must not be empty', 'Write the path of a program, or its name')
  else if (program !== undefined && !program.startsWith('/') && program.includes('/'))
    place?.refuse(`\`${program}\` is a relative path`, 'Write the whole path, or the name of a program in PATH')
}
