import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { keysNotBuilt, notBuiltYet, valuesNotBuilt } from '../../../src/config/not-built.js'
import { checkShapes } from '../../../src/config/schema/checks.js'
import { fileShape } from '../../../src/config/schema/file.js'
import { routerShapes } from '../../../src/config/schema/routers.js'
import { vipShape } from '../../../src/config/schema/vip.js'

describe('the table of what is not built yet', () => {
  it('names nothing that the schema has', () => {
    assert.deepEqual(
      valuesNotBuilt(['vips', 'web', 'checks', 0, 'type']).filter((type) => type in checkShapes),
      [],
    )
    assert.deepEqual(
      valuesNotBuilt(['routers', 'edge', 'type']).filter((type) => type in routerShapes),
      [],
    )
    assert.deepEqual(
      keysNotBuilt([]).filter((key) => key in fileShape),
      [],
    )
    assert.deepEqual(
      keysNotBuilt(['vips', 'web']).filter((key) => key in vipShape),
      [],
    )
  })

  it('counts defaults as the VIP that they are for', () => {
    assert.equal(notBuiltYet(['defaults', 'vip', 'mode'], 'exclusive'), 'mode `exclusive` is not built yet')
  })

  it('is about these places alone, whatever the VIPs and routers are called', () => {
    assert.equal(notBuiltYet(['vips', 'source'], {}), undefined)
    assert.equal(notBuiltYet(['routers', 'web', 'mode'], 'exclusive'), undefined)
    assert.equal(notBuiltYet(['vips', 'web', 'mode'], 'anycast'), undefined)
    assert.equal(notBuiltYet(['vips', 'tripwires', 'mode'], 'exclusive'), 'mode `exclusive` is not built yet')
  })
})
