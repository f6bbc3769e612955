import { anycast } from './anycast.js'
import { cluster } from './cluster.js'
import { demo } from './demo.js'
import { multiHomed } from './multi-homed.js'
import type { Story } from '../story/story.js'

/** All stories. One file, one line. */
export const stories: readonly Story[] = [demo, anycast, cluster, multiHomed]
