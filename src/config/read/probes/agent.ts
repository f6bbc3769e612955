import type { AgentProbe } from '../../../domain/config.js'
import { everyCheckShape } from '../../schema/checks.js'
import { agentShape } from '../../schema/probes/agent.js'
import { Fields } from '../fields.js'
import type { Place } from '../place.js'

export function readAgent(place: Place): AgentProbe {
  const fields = new Fields(place, agentShape, { also: everyCheckShape })
  return { type: 'agent', host: fields.get('host', ''), port: fields.get('port', 0) }
}
