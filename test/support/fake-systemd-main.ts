import { startFakeSystemd } from './fake-systemd.js'

/** A systemd of the system bus with one unit, which SIGUSR1 makes fail and SIGUSR2 makes active again. */
const [unit = ''] = process.argv.slice(2)
const systemd = await startFakeSystemd({ after: () => {} }, '/run/dbus/system_bus_socket')
systemd.set(unit, {})
process.on('SIGUSR1', () => systemd.set(unit, { active: 'failed', sub: 'failed' }))
process.on('SIGUSR2', () => systemd.set(unit, { active: 'active', sub: 'running' }))
console.log('ready')
