import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { afterAll } from 'vitest'

// Each request opens the file anew, as another run of the application would.
const script = `
import json, sqlite3, sys
for line in sys.stdin:
    file, statements = json.loads(line)
    db = sqlite3.connect(file, isolation_level=None)
    try:
        said = [db.execute(sql).fetchall() for sql in statements]
        print(json.dumps({'rows': [rows for rows in said if rows]}), flush=True)
    except sqlite3.Error as error:
        print(json.dumps({'error': str(error)}), flush=True)
    db.close()
`

/** The version of SQLite that the system's own Python brings; null where there is no Python. */
export const pythonSqlite = version()

let child: ChildProcessByStdio<Writable, Readable, null> | undefined
let answers: AsyncIterator<string> | undefined

/** Runs statements one after the other as an application in Python does, and gives the rows of those that have any. */
export async function python(file: string, ...statements: string[]): Promise<unknown[][][]> {
  child ??= spawn('python3', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  answers ??= createInterface(child.stdout)[Symbol.asyncIterator]()
  child.stdin.write(`${JSON.stringify([file, statements])}\n`)
  const { rows, error } = JSON.parse((await answers.next()).value)
  if (error) throw new Error(error)
  return rows
}

afterAll(async () => {
  if (!child) return
  const ended = once(child, 'exit')
  child.stdin.end()
  await ended
})

function version(): string | null {
  const asked = spawnSync('python3', ['-c', 'import sqlite3; print(sqlite3.sqlite_version)'], { encoding: 'utf8' })
  return asked.status === 0 ? asked.stdout.trim() : null
}
