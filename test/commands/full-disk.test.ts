import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'rfcached-full-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A limit on the size of files, its signal ignored, is the full disk that needs no administrator. */
const full = `trap '' XFSZ; ulimit -f 0; exec "$0" "$@"`

test.each([
  ['there is no database yet', ''],
  ['the file is empty', `import { writeFileSync } from 'node:fs'; writeFileSync(file, '')`],
  [
    'there is a copy',
    `import { openStore } from '${root}/src/store/store.ts'; openStore(file, { now: Date.now })[Symbol.dispose]()`,
  ],
])(
  'F29: a disk that takes nothing when serve starts, where %s, ends it so that systemd starts it again',
  (name, make) => {
    const database = join(folder, `${name.replaceAll(' ', '-')}.sqlite`)
    const config = join(folder, 'config.json')
    const gitea = { url: 'http://127.0.0.1:9', org: 'rfcs', metaRepo: 'meta', botUser: 'bot' }
    writeFileSync(config, JSON.stringify({ gitea, database }))
    execFileSync(process.execPath, ['--input-type=module', '-e', `const file = '${database}'; ${make}`])
    const serve = [process.execPath, join(root, 'src/cli.ts'), 'serve', '--config', config]
    const { status, stderr } = spawnSync('bash', ['-c', full, ...serve], { encoding: 'utf8' })
    // 2 would keep systemd from trying again.
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/disk is full or fails: make room/) })
  },
)
