import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const page = read('docs/security.md')

/** The threats, and of each the tests that are said to hold it: `file` “name”, “another name of that file”. */
const threats = page.split(/\n\n+/).flatMap((paragraph) => {
  const [, threat, text = ''] = /^\*\*(.+?)\*\*(.*)$/s.exec(paragraph) ?? []
  const [answer = '', tests = ''] = text.split('\nHeld by')
  const held = [...tests.matchAll(/`(test\/[^`]+)`((?:[\s,]+“[^”]+”)+)/g)].flatMap(([, path = '', names = '']) =>
    [...names.matchAll(/“([^”]+)”/g)].map(([, name = '']) => ({ path, name: name.replaceAll(/\s+/g, ' ') })),
  )
  return threat === undefined ? [] : [{ threat, answer: answer.trim(), held }]
})

describe('docs/security.md', () => {
  test('speaks of every threat there is reason to fear', () => {
    const said = threats.map(({ threat }) => threat).join(' ')
    const feared =
      /forged|replayed|another's name|private repository|code in front matter|yaml bombs|ssrf|html|secrets|open port|dns rebinding|cross-site|slow clients|full inbox|sql|terminal|links and paths/gi
    expect(new Set([...said.matchAll(feared)].map(([word]) => word.toLowerCase())).size).toBe(17)
  })

  test.each(threats)('$threat has an answer, and tests that exist', ({ answer, held }) => {
    expect(answer).toMatch(/^.{20,}\.$/s)
    expect(held).not.toEqual([])
    for (const { path, name } of held) expect(read(path), path).toContain(name)
  })
})

test('what proves somebody is compared in constant time, which no clock of a test could tell: the words are looked at', () => {
  expect(read('src/rules/signature.ts')).toContain('right.some((digest) => timingSafeEqual(')
  expect(read('src/rules/session.ts')).toContain('return timingSafeEqual(digest(one), digest(other))')
  expect(read('src/http/access.ts')).toContain('if (isSame(said, token))')
  for (const path of globSync('src/{http,rules}/**/*.ts'))
    expect(read(path), path).not.toMatch(/(?:token|secret|signature|session) [!=]== (?!null|undefined|'')/i)
})

test('no package runs a script when it is installed, and each that runs is known by its hash', () => {
  const packages: Record<string, { integrity?: string; hasInstallScript?: boolean; dev?: boolean }> = JSON.parse(
    read('package-lock.json'),
  ).packages
  const others = Object.entries(packages).filter(([path]) => path !== '')
  expect(others.length).toBeGreaterThan(100)
  for (const [path, { integrity, hasInstallScript, dev }] of others) {
    expect(hasInstallScript, path).toBeUndefined()
    // npm leaves out the hashes of other systems' tools.
    if (!dev) expect(integrity, path).toMatch(/^sha512-/)
  }
})
