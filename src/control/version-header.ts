/** Response header that carries the daemon's version, so that a client need not ask for it. */
export const versionHeader = 'vipcast-version'
