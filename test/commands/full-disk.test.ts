import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'rfcached-full-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A limit on the size of files, in KiB, its signal ignored, is the full disk that needs no administrator. */
const full = (limit: number) => `trap '' XFSZ; ulimit -f ${limit}; exec "$0" "$@"`

const makeCopy = `import { openStore } from '${root}/src/store/store.ts'; openStore(file, { now: Date.now })[Symbol.dispose]()`

/** More than the limit lets anybody bring over. */
const fillAndBreak = `import { statSync, truncateSync } from 'node:fs'
  import Sqlite from 'better-sqlite3'
  const app = new Sqlite(file)
  app.exec('CREATE TABLE actions (id INTEGER PRIMARY KEY, action_kind TEXT NOT NULL, rfc_slug TEXT, pr_number INTEGER, on_behalf_of TEXT)')
  app.exec('WITH RECURSIVE r (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r WHERE n < 300) INSERT INTO actions (action_kind) SELECT hex(zeroblob(1000)) FROM r')
  app.close()
  truncateSync(file, statSync(file).size - 4096)`

test.each([
  ['there is no database yet', ''],
  ['the file is empty', `import { writeFileSync } from 'node:fs'; writeFileSync(file, '')`],
  ['there is a copy', makeCopy],
  ['there is a broken one', `${makeCopy}; ${fillAndBreak}`, 200],
])(
  'F29: a disk that takes nothing when serve starts, where %s, ends it so that systemd starts it again',
  (name, make, limit = 0) => {
    const database = join(folder, `${name.replaceAll(' ', '-')}.sqlite`)
    const config = join(folder, 'config.json')
    const gitea = { url: 'http://127.0.0.1:9', org: 'rfcs', metaRepo: 'meta', botUser: 'bot' }
    writeFileSync(config, JSON.stringify({ gitea, database }))
    execFileSync(process.execPath, ['--input-type=module', '-e', `const file = '${database}'; ${make}`])
    const serve = [process.execPath, join(root, 'src/cli.ts'), 'serve', '--config', config]
    const { status, stderr } = spawnSync('bash', ['-c', full(limit), ...serve], { encoding: 'utf8' })
    // 2 would keep systemd from trying again.
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/disk is full or fails: make room/) })
  },
)
