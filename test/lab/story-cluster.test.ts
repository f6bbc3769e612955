import { cluster } from '../../testnet/stories/cluster.js'
import { testStory } from './support/story.js'

testStory(cluster)
