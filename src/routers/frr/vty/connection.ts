import { connect, type Socket } from 'node:net'
import { AnswerReader, Gibberish, type Answer } from './answers.js'

/** Commands that were written together, and what was answered so far. */
interface Question {
  readonly count: number
  readonly answers: Answer[]
  readonly resolve: (answers: readonly Answer[]) => void
  readonly reject: (reason: unknown) => void
}

/** The daemon closed a connection that it owed answers, or that was idle. */
export class Closed extends Error {
  override readonly name = 'Closed'
}

/**
 * One connection to a daemon's vty socket. Commands that are asked together leave in one write, and no other command
 * comes between them: a daemon answers in the order of what it reads.
 */
export class VtyConnection {
  readonly #socket: Socket
  readonly #reader = new AnswerReader()
  readonly #open: Question[] = []
  #end: Error | undefined
  /** Resolves when the connection is gone, with why. */
  readonly closed: Promise<Error>

  private constructor(socket: Socket) {
    this.#socket = socket
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        const end = this.#fail(new Closed('the daemon closed the connection'))
        resolve(end)
      })
    })
    socket.on('error', (error) => void this.#fail(error))
    socket.on('data', (bytes) => this.#read(bytes))
  }

  /** Rejects with the error of the socket. */
  static open(path: string): Promise<VtyConnection> {
    const socket = connect(path)
    // An idle connection keeps no process from ending; a question has a deadline, which does.
    socket.unref()
    return new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        const connection = new VtyConnection(socket)
        // A vty begins without the right to see the configuration, let alone to change it.
        connection.ask(['enable']).then(
          () => {},
          () => {},
        )
        resolve(connection)
      })
    })
  }

  /** Whether it still takes commands. */
  get alive(): boolean {
    return this.#end === undefined
  }

  /** One answer for each command. Rejects with what ended the connection. */
  ask(commands: readonly string[]): Promise<readonly Answer[]> {
    if (this.#end !== undefined) return Promise.reject(this.#end)
    return new Promise((resolve, reject) => {
      this.#open.push({ count: commands.length, answers: [], resolve, reject })
      this.#socket.write(commands.map((command) => `${command}\0`).join(''))
    })
  }

  /** Gives it up, with every question on it: answers that still come would be taken for those of later ones. */
  drop(reason: Error): void {
    this.#fail(reason)
    this.#socket.destroy()
  }

  #read(bytes: Buffer): void {
    try {
      for (const answer of this.#reader.read(bytes)) this.#answered(answer)
    } catch (error) {
      if (!(error instanceof Gibberish)) throw error
      this.drop(error)
    }
  }

  #answered(answer: Answer): void {
    const question = this.#open[0]
    if (question === undefined) throw new Gibberish('an answer to no command')
    question.answers.push(answer)
    if (question.answers.length < question.count) return
    this.#open.shift()
    question.resolve(question.answers)
  }

  /** The first reason counts. */
  #fail(reason: Error): Error {
    const end = this.#end ?? reason
    this.#end = end
    for (const { reject } of this.#open.splice(0)) reject(end)
    return end
  }
}
