import { anycast } from '../../testnet/stories/anycast.js'
import { testStory } from './support/story.js'

testStory(anycast)
