import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, it } from 'node:test'

import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'

import { formatErrors } from '../../../src/config/errors.js'
import { configJsonSchema } from '../../../src/config/json-schema.js'
import { assertGolden, fixtures, parseFixture } from './fixtures.js'

describe('a valid configuration', () => {
  for (const fixture of fixtures('valid')) {
    it(`${basename(fixture)} is read with every default filled in`, () => {
      const result = parseFixture(fixture)
      assert.ok(result.kind === 'valid', result.kind === 'invalid' ? formatErrors(result.errors) : '')
      assertGolden(fixture, 'config', `${JSON.stringify(result.config, null, 2)}\n`)
      assertGolden(fixture, 'warnings', formatErrors(result.warnings))
    })

    it(`${basename(fixture)} is accepted by the JSON Schema, which editors use`, () => {
      const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(configJsonSchema())
      validate(parse(readFileSync(fixture, 'utf8'), { merge: true }))
      assert.deepEqual(validate.errors, null)
    })
  }
})

describe('the JSON Schema', () => {
  it('describes every key', () => {
    const undescribed: string[] = []
    const walk = (schema: Record<string, unknown>, path: string): void => {
      for (const [key, value] of Object.entries((schema['properties'] ?? {}) as Record<string, typeof schema>)) {
        if (value['description'] === undefined) undescribed.push(`${path}.${key}`)
      }
      for (const [key, value] of Object.entries(schema)) {
        if (typeof value === 'object' && value !== null) walk(value as typeof schema, `${path}.${key}`)
      }
    }
    walk(configJsonSchema() as Record<string, unknown>, '')
    assert.deepEqual(undescribed, [])
  })

  it('refuses unknown keys and wrong values', () => {
    const validate = new Ajv2020({ strictTypes: false, allErrors: true }).compile(configJsonSchema())
    validate({ pools: ['203.0.113.0/24'], vips: { web: { addresses: ['203.0.113.1'], holddown: '5s', settle: 5 } } })
    assert.deepEqual(
      (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`),
      ['/vips/web additionalProperties', '/vips/web/settle type'],
    )
  })

  it('is shipped as the code has it', () => {
    assert.deepEqual(JSON.parse(readFileSync('dist/vipcast.schema.json', 'utf8')), configJsonSchema())
  })
})
