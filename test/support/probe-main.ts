import type { Probe } from '../../src/domain/config.js'
import { probing } from './probing.js'

/** Sends one probe, given as JSON, within so many milliseconds, and prints its result. */
const [probe = '', timeout] = process.argv.slice(2)
console.log(await probing(JSON.parse(probe) as Probe, Number(timeout)))
