import { once } from 'node:events'
import { chmod, chown, lstat, stat, unlink } from 'node:fs/promises'
import { connect, type Server } from 'node:net'
import { dirname } from 'node:path'
import { ControlError, errnoOf } from './error.js'
import { groupId } from './group.js'

/** A Unix socket, and who may use it. */
export interface SocketPlace {
  readonly path: string
  /** Null: the daemon's own group. */
  readonly group: string | null
  /** The key of the configuration that names the path, and the one that names the group; for messages. */
  readonly key: string
  readonly groupKey: string
}

/**
 * Lets a server listen at a path, for owner and group alone. The socket of a daemon that died is replaced; one that
 * answers is not.
 */
export async function listenAt(server: Server, place: SocketPlace): Promise<void> {
  const group = place.group === null ? null : await groupId(place.group, place.groupKey)
  await folderExists(place)
  await clearStale(place)
  await listenPrivately(server, place)
  if (group !== null) await giveToGroup(place, group)
  await chmod(place.path, 0o660)
}

/**
 * The socket is made by the call itself, so with this mask nobody else can connect before group and mode are set. Not
 * chmod alone: between the two calls the socket would have the mode that the daemon's umask leaves.
 */
async function listenPrivately(server: Server, place: SocketPlace): Promise<void> {
  const before = process.umask(0o177)
  try {
    server.listen(place.path)
  } finally {
    process.umask(before)
  }
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw listenError(place, cause)
  }
}

/** Listening itself would not tell: libuv reports a missing folder as a forbidden one. */
async function folderExists(place: SocketPlace): Promise<void> {
  try {
    await stat(dirname(place.path))
  } catch (error) {
    throw listenError(place, error)
  }
}

async function clearStale(place: SocketPlace): Promise<void> {
  const found = await lstat(place.path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return null
    throw listenError(place, error)
  })
  if (found === null) return
  if (!found.isSocket()) {
    throw new ControlError(
      'socket-blocked',
      `${place.path} exists and is not a socket: remove it, or set ${place.key} to another path`,
    )
  }
  if (await answers(place.path)) {
    throw new ControlError(
      'socket-taken',
      `another daemon answers on ${place.path}: stop it, or set ${place.key} to another path`,
    )
  }
  await unlink(place.path)
}

/** Only a refused connection proves that nobody is behind it: one that is merely slow or forbidden is alive. */
async function answers(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    return errnoOf(error) !== 'ECONNREFUSED' && errnoOf(error) !== 'ENOENT'
  } finally {
    socket.destroy()
  }
}

async function giveToGroup(place: SocketPlace, group: number): Promise<void> {
  try {
    await chown(place.path, -1, group)
  } catch (cause) {
    throw new ControlError(
      'not-permitted',
      `${place.path} can't be given to the group ${place.group}: run the daemon as root or as a member of that group, ` +
        `or change ${place.groupKey}`,
      { cause },
    )
  }
}

function listenError(place: SocketPlace, cause: unknown): ControlError {
  const { path, key } = place
  switch (errnoOf(cause) ?? '') {
    case 'ENOENT':
    case 'ENOTDIR':
      return new ControlError(
        'listen-failed',
        `${dirname(path)} is no directory to put the socket in: create it, or change ${key}`,
        { cause },
      )
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new ControlError(
        'not-permitted',
        `the socket ${path} can't be created there: let the daemon write ${dirname(path)}, or change ${key}`,
        { cause },
      )
    case 'EADDRINUSE':
      return new ControlError('socket-taken', `another daemon just took ${path}: stop it, or change ${key}`, { cause })
    default: {
      const why = cause instanceof Error ? cause.message : String(cause)
      return new ControlError('listen-failed', `can't listen on ${path} (${why}): change ${key}`, { cause })
    }
  }
}
