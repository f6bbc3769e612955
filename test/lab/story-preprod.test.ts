import { preprod } from '../../testnet/stories/preprod.js'
import { testStory } from './support/story.js'

testStory(preprod)
