import { constants, type Stats } from 'node:fs'
import { open, stat } from 'node:fs/promises'

import type { FileProbe } from '../domain/config.js'
import type { Expectation } from '../domain/expectation.js'
import { describeEnd } from '../platform/process.js'
import { collectAnswer, expectationOf, maxAnswer, type Answer } from './answer.js'
import { limited } from './limited.js'
import { readRemoteMounts, remoteOnTheWay } from './mounts.js'
import { createProgram } from './program.js'
import type { Finding, Prober, ProbeKind, ProbeTools } from './probe.js'
import { aborted, failed, passed, sharedBy, untested } from './probe.js'
import { SharedAnswer } from './shared-answer.js'

/**
 * Passes when the file is there and, if asked, was written lately and says what it should; or when it is not there.
 * Symbolic links are followed. Only regular files are opened, and of those the first 256 KiB are read.
 *
 * | what is found                              | result                                              |
 * |--------------------------------------------|-----------------------------------------------------|
 * | all as it should be                        | pass: present; written 3 s ago; as expected; absent |
 * | nothing, where a file should be            | fail: absent                                        |
 * | something, where nothing should be         | fail: present                                       |
 * | it was written too long ago                | fail: written 90 s ago, 60 s at most                |
 * | it does not say what it should             | fail: file lacks "ready": "what it says"            |
 * | no regular file, and `contains`            | fail: not a regular file                            |
 * | an error of the file system                | fail: can not be read: EIO                          |
 * | a file system that does not answer         | fail: no answer from the file system at /mnt within … |
 * | we may not read it, have no descriptor left | unknown: can not be read by this daemon: EACCES    |
 */
export const file: ProbeKind<FileProbe> = {
  target: () => null,
  create: (probe, tools) => createFileProber(probe, tools),
}

/**
 * A disk that is gone may hold the thread that reads from it for ever, and Node has four, which resolve names as well: so
 * never more than this many at a time.
 */
const inTurn = sharedBy(() => limited(2))

const mountsOf = sharedBy(({ clock }) => new SharedAnswer(() => readRemoteMounts(), clock))

/** Milliseconds; a host with many containers has thousands of mounts. */
const mountsFreshFor = 1_000

function createFileProber(probe: FileProbe, tools: ProbeTools): Prober {
  const expectation = probe.contains === null ? null : expectationOf(probe.contains)
  const toucher = createProgram(tools.runner)

  /**
   * Why the file can't be looked at without hanging; null when it can. A thread that waits for an NFS server can't be
   * ended, and keeps the whole process from ending; a process can be killed. So where a server is in play, a process of
   * its own touches the file first.
   */
  const touchRemote = async (signal: AbortSignal): Promise<Finding | null> => {
    const remote = await mountsOf(tools).get(mountsFreshFor, signal)
    const mount = remote === null ? null : await remoteOnTheWay(probe.path, remote)
    if (mount === null) return null
    const touched = await toucher.run(['stat', '-L', probe.path], { signal, maxOutput: 10_000 })
    if (typeof touched === 'string') return aborted(`no answer from the file system at ${mount}`)
    const { end } = touched
    return end.kind === 'spawn-failed' ? untested(`stat ${describeEnd(end, '')}: nothing was tested`) : null
  }

  return {
    probe: async (signal) =>
      (await touchRemote(signal)) ?? inTurn(tools)(() => look(probe, expectation, tools.clock.wall().getTime())),
    close: () => {},
  }
}

async function look(probe: FileProbe, expectation: Expectation | null, now: number): Promise<Finding> {
  try {
    const stats = await stat(probe.path)
    return probe.state === 'absent' ? failed('present') : await judge(stats, probe, expectation, now)
  } catch (error) {
    return unreadable(error as NodeJS.ErrnoException, probe.state)
  }
}

/** `now` is the wall clock, as the file's times are. */
async function judge(stats: Stats, probe: FileProbe, text: Expectation | null, now: number): Promise<Finding> {
  const age = Math.max(0, now - stats.mtimeMs)
  const written = `written ${seconds(age)} ago`
  if (probe.maxAge !== null && age > probe.maxAge) return failed(`${written}, ${seconds(probe.maxAge)} at most`)
  const sound = probe.maxAge === null ? 'present' : written
  if (text === null) return passed(sound)
  const answer = stats.isFile() ? await readBeginning(probe.path, text) : null
  if (answer === null) return failed('not a regular file')
  return answer.met ? passed(`${sound}, as expected`) : failed(answer.lacks('file'))
}

/** Null when it is no regular file any more. Without O_NONBLOCK, opening a pipe would wait for one who writes. */
async function readBeginning(path: string, expectation: Expectation): Promise<Answer | null> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!(await handle.stat()).isFile()) return null
    const answer = collectAnswer(expectation)
    const decoder = new TextDecoder()
    const buffer = Buffer.alloc(pieceSize)
    while (!answer.met && answer.length < maxAnswer) {
      const { bytesRead } = await handle.read(buffer, 0, pieceSize, null)
      if (bytesRead === 0) break
      answer.add(decoder.decode(buffer.subarray(0, bytesRead), { stream: true }))
    }
    return answer
  } finally {
    await handle.close()
  }
}

const pieceSize = 64 * 1024

function seconds(milliseconds: number): string {
  return `${Number((milliseconds / 1000).toFixed(1))} s`
}

function unreadable({ code = '', message }: NodeJS.ErrnoException, state: FileProbe['state']): Finding {
  if (code === 'ENOENT' || code === 'ENOTDIR') return state === 'absent' ? passed('absent') : failed('absent')
  if (ours.has(code)) return untested(`can not be read by this daemon: ${code}`)
  return failed(`can not be read: ${code === '' ? message : code}`)
}

/** What lies on our side, and says nothing of the file. */
const ours: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOMEM'])
