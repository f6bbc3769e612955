import { dsrFarm } from '../../testnet/stories/dsr-farm.js'
import { testStory } from './support/story.js'

testStory(dsrFarm)
