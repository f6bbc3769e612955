import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startLab, type Lab } from '../../../testnet/lab/lab.js'
import { topologyFile } from '../../../testnet/story/play.js'
import type { Stage, Story } from '../../../testnet/story/story.js'

/** Plays a story as a test: each step is one, but for the long ones. */
export function testStory(story: Story): void {
  describe(`the story ${story.name}: ${story.title}`, () => {
    let lab: Lab
    let stage: Stage
    before(async () => {
      lab = await startLab(topologyFile(story.topology))
      stage = await story.open(lab)
    })
    after(() => lab?.stop())

    for (const [number, step] of story.steps.entries()) {
      if (step.long === true) continue
      it(step.title, async () => {
        const { ok, did, saw } = await stage.play(number)
        assert.ok(ok, `${did}: ${saw}`)
      })
    }
  })
}
