import { anycast } from './anycast.js'
import { cluster } from './cluster.js'
import { demo } from './demo.js'
import { dsrFarm } from './dsr-farm.js'
import { multiHomed } from './multi-homed.js'
import { preprod } from './preprod.js'
import { sourceAddresses } from './source-addresses.js'
import type { Story } from '../story/story.js'

/** All stories. One file, one line. */
export const stories: readonly Story[] = [demo, anycast, cluster, dsrFarm, multiHomed, preprod, sourceAddresses]
