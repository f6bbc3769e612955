import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  firstCheckState,
  probeInterval,
  stepCheck,
  type CheckState,
  type ProbeResult,
} from '../../../src/domain/check-verdict.js'

const limits = { rise: 3, fall: 2 }
const intervals = { interval: 1_000, fastInterval: 250 }

function result(outcome: ProbeResult['outcome'], conclusive = false): ProbeResult {
  return { outcome, detail: outcome, duration: 1, conclusive }
}

/** A result a second, from the first state on: p, f, u, or F for a conclusive failure. */
function play(script: string, of = limits): CheckState {
  const results = { p: result('pass'), f: result('fail'), u: result('unknown'), F: result('fail', true) }
  return script
    .split('')
    .reduce(
      (state, letter, at) => stepCheck(state, results[letter as keyof typeof results], of, (at + 1) * 1_000),
      firstCheckState(0),
    )
}

describe('the verdict of a check', () => {
  const cases: [string, string, CheckState['verdict']][] = [
    ['is unknown before the first result', '', 'unknown'],
    ['needs rise passes in a row at the start', 'pp', 'unknown'],
    ['is passing after rise passes', 'ppp', 'passing'],
    ['is failing after fall failures', 'ff', 'failing'],
    ['needs the results in a row: a failure between starts the count anew', 'ppfpp', 'unknown'],
    ['stays passing after fewer failures than fall', 'pppf', 'passing'],
    ['stays passing when a pass comes between failures', 'pppfpf', 'passing'],
    ['turns to failing after fall failures', 'pppff', 'failing'],
    ['turns back after rise passes', 'pppffppp', 'passing'],
    ['is not turned back by fewer', 'pppffpp', 'failing'],
    ['is failing at once after a conclusive failure', 'pppF', 'failing'],
    ['is failing at once after a conclusive failure at the start', 'F', 'failing'],
    ['is not changed by results that tested nothing', 'pppuuu', 'passing'],
    ['counts anew after a result that tested nothing', 'pppfuf', 'passing'],
  ]
  for (const [claim, script, verdict] of cases) it(claim, () => assert.equal(play(script).verdict, verdict))

  it('dates from the result that decided it', () => {
    assert.equal(play('ppp').since, 3_000)
    assert.equal(play('pppppf').since, 3_000)
    assert.equal(play('pppff').since, 5_000)
  })

  it('shows the last result, also one that decided nothing', () => {
    assert.equal(play('pppu').last?.outcome, 'unknown')
    assert.equal(play('pppf').last?.outcome, 'fail')
  })

  it('turns with the first result where rise and fall are 1', () => {
    assert.equal(play('p', { rise: 1, fall: 1 }).verdict, 'passing')
    assert.equal(play('pf', { rise: 1, fall: 1 }).verdict, 'failing')
  })

  it('changes only by enough results in a row, whatever the sequence', () => {
    const letters = fc.array(fc.constantFrom('p', 'f', 'u'), { maxLength: 40 })
    fc.assert(
      fc.property(letters, (script) => {
        const text = script.join('')
        const before = play(text.slice(0, -1)).verdict
        const after = play(text).verdict
        if (before !== after) assert.match(text, after === 'passing' ? /ppp$/ : /ff$/)
      }),
    )
  })
})

describe('the next probe', () => {
  it('comes at the fast interval while there is no verdict or something speaks against it', () => {
    for (const script of ['', 'pp', 'pppf', 'ffp']) assert.equal(probeInterval(play(script), intervals), 250, script)
  })

  it('comes at the interval while results agree with the verdict', () => {
    for (const script of ['ppp', 'pppfp', 'ff', 'fff'])
      assert.equal(probeInterval(play(script), intervals), 1_000, script)
  })
})
