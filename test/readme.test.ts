import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../src/config.ts'
import { openApplication } from '../src/demo/example-application.ts'
import { openStore } from '../src/store/store.ts'

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
const readme = read('README.md')
const schema: Option = JSON.parse(read('config.schema.json'))
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(([, text = '']) => text)

describe('the README', () => {
  test('has only SQL that runs, beside the application', () => {
    using file = applicationFile()
    const statements = blocks('sql').flatMap((block) => block.split(/;\n/).filter((text) => text.trim() !== ''))
    expect(statements.length).toBeGreaterThan(8)
    for (const statement of statements) expect(() => file.db.exec(statement)).not.toThrow()
  })

  test('tells the truth about columns that triggers name', () => {
    using file = applicationFile()
    for (const column of ['repo', 'created_at'])
      expect(() => file.db.exec(`ALTER TABLE actions DROP COLUMN ${column}`)).toThrow(/rfcached_actions_insert/)
    expect(() =>
      file.db.exec('ALTER TABLE actions ADD COLUMN note TEXT; ALTER TABLE actions DROP COLUMN note'),
    ).not.toThrow()
  })

  test('shows a configuration that is enough', () => {
    const configuration = blocks('json').find((text) => text.includes('"gitea"')) ?? ''
    expect(() => parseConfig(configuration, 'config.json')).not.toThrow()
  })

  test.each(optionsOf(schema))('has %s and its default in the table', (option, byDefault) => {
    expect(readme).toContain(`| \`${option}\` |${byDefault === undefined ? '' : ` \`${byDefault}\` |`}`)
  })
})

/** The application's file with rfcached's tables in it, and the triggers on the application's actions. */
function applicationFile() {
  const folder = mkdtempSync(join(tmpdir(), 'rfcached-readme-'))
  const path = join(folder, 'rfcs.sqlite')
  openApplication(path)[Symbol.dispose]()
  openStore(path, { now: Date.now })[Symbol.dispose]()
  const db = new Sqlite(path)
  return {
    db,
    [Symbol.dispose]: () => {
      db.close()
      rmSync(folder, { recursive: true })
    },
  }
}

type Option = { properties?: Record<string, Option>; default?: unknown }

/** Every option by its full name, and its default where it has one. */
function optionsOf(shape: Option, path = ''): [string, unknown][] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, inner]): [string, unknown][] =>
    inner.properties ? optionsOf(inner, `${path}${name}.`) : [[path + name, inner.default]],
  )
}
