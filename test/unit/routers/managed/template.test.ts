import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { renderTemplate } from '../../../../src/routers/gobgp/managed/template.js'

describe('a template', () => {
  it('has values written as TOML', () => {
    const scope = { number: 9, text: 'a "quoted" \\ \u0001\u007f', list: ['a', 'b'] }
    assert.equal(
      renderTemplate('n = ${number}\nt = ${text}\nl = ${list}', scope),
      'n = 9\nt = "a \\"quoted\\" \\\\ \\u0001\\u007F"\nl = ["a","b"]',
    )
  })

  it('keeps a block only where its value is there', () => {
    const template = '#if a\na = ${a}\n#if b\nb = ${b}\n#end\n#end\nend'
    assert.equal(renderTemplate(template, { a: 0, b: null }), 'a = 0\nend')
    assert.equal(renderTemplate(template, { a: null, b: 1 }), 'end')
  })

  it('repeats a block for each item, whose values come first', () => {
    const template = '#each items\n${name} ${asn}\n#each inner\n${name}\n#end\n#end'
    const items = [
      { name: 'x', inner: [{ name: 'y' }, { name: 'z' }] },
      { name: 'v', asn: 2, inner: [] },
    ]
    assert.equal(renderTemplate(template, { asn: 1, items }), '"x" 1\n"y"\n"z"\n"v" 2')
  })

  it('leaves comments alone, even those that name values', () => {
    assert.equal(renderTemplate('# ${nothing}\n#   #if x', {}), '# ${nothing}\n#   #if x')
  })

  it('is refused with its line when it names what is not there, or does not close a block', () => {
    assert.throws(() => renderTemplate('\n${typo}', {}), /line 2: nothing is called typo/)
    assert.throws(() => renderTemplate('${a}', { a: null }), /line 1: a is not there/)
    assert.throws(() => renderTemplate('#each a\n#end', { a: 1 }), /line 1: not a list/)
    assert.throws(() => renderTemplate('#if a', { a: 1 }), /line 1: no #end/)
    assert.throws(() => renderTemplate('a\n#end', {}), /line 2: #end without/)
  })
})
