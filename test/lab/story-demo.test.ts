import { demo } from '../../testnet/stories/demo.js'
import { testStory } from './support/story.js'

testStory(demo)
