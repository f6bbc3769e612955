import { sourceAddresses } from '../../testnet/stories/source-addresses.js'
import { testStory } from './support/story.js'

testStory(sourceAddresses)
