import { multiHomed } from '../../testnet/stories/multi-homed.js'
import { testStory } from './support/story.js'

testStory(multiHomed)
