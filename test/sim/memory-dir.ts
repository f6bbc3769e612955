import { statSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** Where files cost no disk: requests are flushed to it each time. */
export function memoryDir(): string {
  return statSync('/dev/shm', { throwIfNoEntry: false })?.isDirectory() === true ? '/dev/shm' : tmpdir()
}
