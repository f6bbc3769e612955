import { existsSync } from 'node:fs'

import { DbusError } from './dbus-connection.js'

/** Where the system bus listens: as everywhere on Linux, unless the environment names another place. */
export function systemBusPath(): string {
  const address = process.env['DBUS_SYSTEM_BUS_ADDRESS'] ?? ''
  return /^unix:path=([^,;]+)/.exec(address)?.[1] ?? '/run/dbus/system_bus_socket'
}

/** Why systemd can't be asked, in a sentence. */
export function busProblem(error: Error, booted = existsSync('/run/systemd/system')): string {
  const code = error instanceof DbusError ? error.code : ((error as NodeJS.ErrnoException).code ?? '')
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return booted
        ? `nobody listens at the system bus ${systemBusPath()} (Debian package dbus)`
        : 'this host was not booted with systemd'
    case 'EACCES':
    case 'EPERM':
      return `the system bus ${systemBusPath()} is closed to this user`
    case 'org.freedesktop.DBus.Error.ServiceUnknown':
    case 'org.freedesktop.DBus.Error.NameHasNoOwner':
      return 'there is no systemd on the system bus'
    case 'org.freedesktop.DBus.Error.AccessDenied':
      return `the system bus does not let this user ask systemd: ${error.message}`
    default:
      return error.message
  }
}
