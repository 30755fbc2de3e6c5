import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, runCli } from './cli.ts'

describe('demo', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'rfcached-demo-test-'))
  let ended: Ended
  beforeAll(async () => {
    ended = await runCli(['demo'], { TMPDIR: temporary })
  })
  afterAll(() => rmSync(temporary, { recursive: true, force: true }))

  test('ends by itself, with exit 0, and leaves nothing behind', () => {
    expect(ended).toMatchObject({ code: 0, err: expect.not.stringContaining('rfcached:') })
    expect(readdirSync(temporary)).toEqual([])
  })

  test('shows what a cold reconcile brings, and how far it is', () => {
    expect(ended.err).toContain('reading branches and pulls')
    expect(rowsAfter('$ rfcached reconcile --once', ended.out)).toMatchObject([
      expect.stringMatching(/cached_rfcs +│ 10 +│ 0 +│ 0/),
      expect.stringMatching(/cached_branches +│ 15 +│ 0 +│ 0/),
      expect.stringMatching(/cached_prs +│ 17 +│ 0 +│ 0/),
    ])
    expect(ended.out).toContain('The copy equals Gitea.')
  })

  test.each([
    ['the login of a person', 'meta#1      merged     mara       login'],
    ["the application's actions", 'meta#2      merged     jonas      actions'],
    ['a trailer', 'meta#3      merged     priya      trailer'],
    ['nothing but the bot', 'meta#11     open       rfc-bot    bot'],
    ['a deleted user', 'meta#5      closed     Ghost      login'],
    ['a withdrawal', 'meta#9      withdrawn  tomas      actions'],
    ['a pull that superseded it', 'meta#7      closed     wen        login'],
    ['a fork', 'rfc-0002#2  open       sam        login'],
  ])('says who is behind a pull that is known by %s', (_, row) => {
    expect(ended.out).toContain(row)
  })

  test('shows only what moved by a second reconcile', () => {
    expect(rowsBetween('What moved in the tables', 'Nothing that was there is lost', ended.out)).toEqual([
      'search-index                  super-draft    active, RFC-0004',
      'plugin-sandbox                super-draft    super-draft, with a problem',
      'rfc-0001: garbage-collection  open           deleted',
      'meta#10                       open, by mara  withdrawn, by mara',
      'rfc-0001#2                    open, by wen   merged, by wen',
    ])
    expect(ended.out).toContain('- plugin-sandbox: The front matter is not valid YAML')
  })

  test('shows that an action that comes late is seen at once', () => {
    expect(rowsBetween('An action that comes late', 'It is seen at once', ended.out)).toEqual([
      'meta#11  open, by rfc-bot  open, by jonas',
    ])
  })
})

/** The summary's rows of the first run of a command. */
function rowsAfter(command: string, out: string): string[] {
  const [, after = ''] = out.split(command)
  return after.split('\n').filter((line) => line.includes('cached_') && line.startsWith('│'))
}

/** The rows of the table between two phrases. */
function rowsBetween(from: string, to: string, out: string): string[] {
  const lines = out.slice(out.indexOf(from), out.indexOf(to)).split('\n')
  return lines.slice(lines.findIndex((line) => /^─+$/.test(line)) + 1).filter((line) => line !== '')
}
