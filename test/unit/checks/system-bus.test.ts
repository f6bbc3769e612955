import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { DbusError } from '../../../src/checks/dbus-connection.js'
import { busProblem } from '../../../src/checks/system-bus.js'

const errno = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code })
const answer = (name: string, text: string): Error => new DbusError(`org.freedesktop.DBus.Error.${name}`, text)

describe('why systemd can not be asked', () => {
  it('is that the host has none, when there is no bus either', () => {
    assert.equal(busProblem(errno('ENOENT'), false), 'this host was not booted with systemd')
  })

  it('is that the bus is missing, when the host has systemd', () => {
    assert.match(busProblem(errno('ENOENT'), true), /^nobody listens at the system bus .*dbus\)$/)
    assert.match(busProblem(errno('ECONNREFUSED'), true), /^nobody listens at the system bus /)
  })

  it('is said in the words of the bus when it refuses', () => {
    assert.equal(busProblem(answer('ServiceUnknown', 'no such name')), 'there is no systemd on the system bus')
    assert.match(busProblem(answer('AccessDenied', 'a rule')), /does not let this user ask systemd: a rule$/)
    assert.equal(busProblem(answer('Failed', 'out of luck')), 'out of luck')
    assert.match(busProblem(errno('EACCES')), / is closed to this user$/)
  })
})
