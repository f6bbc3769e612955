import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { vote, type Ballot, type Verdict } from '../../../src/domain/vote.js'
import type { VipConfig } from '../../../src/domain/config.js'

const pass: Ballot = { impact: 'withdraw', verdict: 'passing' }
const fail: Ballot = { impact: 'withdraw', verdict: 'failing' }
const open: Ballot = { impact: 'withdraw', verdict: 'unknown' }
const warn: Ballot = { impact: 'degrade', verdict: 'failing' }
const fine: Ballot = { impact: 'degrade', verdict: 'passing' }
const unheard: Ballot = { impact: 'degrade', verdict: 'unknown' }
const ignored: Ballot = { impact: 'none', verdict: 'failing' }
const all: VipConfig['require'] = { kind: 'all' }
const any: VipConfig['require'] = { kind: 'any' }
const two: VipConfig['require'] = { kind: 'count', count: 2 }

describe('a vote', () => {
  const cases: [string, VipConfig['require'], Ballot[], Verdict][] = [
    ['a VIP without checks is up', all, [], 'up'],
    ['a VIP without checks is up, also where any would do', any, [], 'up'],
    ['all pass of all: up', all, [pass, pass], 'up'],
    ['one fails of all: down, while others are undecided', all, [pass, fail, open], 'down'],
    ['one is undecided of all: unknown', all, [pass, open], 'unknown'],
    ['one passes of any: up, whatever the others say', any, [fail, pass, open], 'up'],
    ['all fail of any: down', any, [fail, fail], 'down'],
    ['one is undecided of any and none passes: unknown', any, [fail, open], 'unknown'],
    ['two pass where two must: up', two, [pass, fail, pass], 'up'],
    ['one passes where two must and the rest fails: down', two, [pass, fail, fail], 'down'],
    ['one passes where two must and one is undecided: unknown', two, [pass, open, fail], 'unknown'],
    ['enough pass and a degrading check fails: degraded', all, [pass, warn], 'degraded'],
    ['only degrading checks, and one fails: degraded', all, [warn, fine], 'degraded'],
    ['a degrading check that has no verdict does not degrade', all, [pass, unheard], 'up'],
    ['too few pass: a degrading check changes nothing', all, [fail, warn], 'down'],
    ['a degrading check that passes does not count for require', two, [pass, fine, fail], 'down'],
    ['a check without impact is not heard', all, [pass, ignored], 'up'],
    ['a check without impact is not counted', any, [fail, { impact: 'none', verdict: 'passing' }], 'down'],
  ]
  for (const [claim, require, ballots, verdict] of cases) {
    it(claim, () => assert.equal(vote(require, ballots), verdict))
  }

  it('does not depend on the order of the checks', () => {
    const ballot = fc.record({
      impact: fc.constantFrom('withdraw', 'degrade', 'none'),
      verdict: fc.constantFrom('passing', 'failing', 'unknown'),
    }) satisfies fc.Arbitrary<Ballot>
    fc.assert(
      fc.property(fc.array(ballot), fc.constantFrom(all, any, two), (ballots, require) =>
        assert.equal(vote(require, ballots), vote(require, ballots.toReversed())),
      ),
    )
  })
})
