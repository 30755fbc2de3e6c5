import { describe, expect, test } from 'vitest'
import { liveRows } from '../support/live-rows.ts'
import { active, dialects, entry, type Story, tellStory } from './story.ts'

const nothing = { new: 0, changed: 0, gone: 0 }
const stillness = { cached_rfcs: nothing, cached_branches: nothing, cached_prs: nothing }

function tellOfTwo(story: Story) {
  story.write({ 'rfcs/alpha.md': active('alpha'), 'rfcs/beta.md': entry('beta') })
  story.repo('alpha')
  story.pull('rfcs/alpha', 'topic', { by: 'alice' })
  story.pull('rfcs/meta', 'edit-beta-0a1b2c')
}

describe.each(dialects)('on %s', (dialect) => {
  test('a second sweep of a quiet Gitea asks the listings alone, reads no text and no commit again', async () => {
    using story = tellStory(dialect)
    tellOfTwo(story)
    await story.copy.reconcile()
    story.copy.asked()
    const second = await story.copy.reconcile()
    expect(second).toMatchObject({ rows: stillness, problems: [], warnings: [], newWarnings: 0 })
    const asked = story.copy.asked()
    expect(asked.filter((path) => /blobs|commits|contents|archive|raw|trees|branches/.test(path))).toEqual([])
    expect(asked.length).toBeLessThanOrEqual(12)
  })

  test('fault 21, 53: what did not move keeps its dates, its updated_at and its place in the feed', async () => {
    using story = tellStory(dialect)
    tellOfTwo(story)
    await story.copy.reconcile()
    const before = picture(story)
    story.clock.pass(86_400)
    await story.copy.reconcile()
    await story.copy.reconcile({ rebuild: true })
    expect(picture(story)).toEqual(before)
  })

  test('fault 53: equal rows are not written again, not even as they are', async () => {
    using story = tellStory(dialect)
    tellOfTwo(story)
    await story.copy.reconcile()
    story.copy.write('CREATE TABLE written (name TEXT)')
    for (const table of ['cached_rfcs', 'cached_branches', 'cached_prs'])
      story.copy.write(
        `CREATE TRIGGER ${table}_written AFTER UPDATE ON ${table} BEGIN INSERT INTO written VALUES ('${table}'); END`,
      )
    await story.copy.reconcile()
    expect(story.copy.all('SELECT name FROM written')).toEqual([])
    story.push('rfcs/alpha', 'topic')
    await story.copy.reconcile()
    expect(story.copy.all('SELECT DISTINCT name FROM written')).toContainEqual({ name: 'cached_branches' })
  })

  test('fault 21: dates are those of commits, and only the entry that changed gets another', async () => {
    using story = tellStory(dialect)
    tellOfTwo(story)
    await story.copy.reconcile()
    const { last_entry_commit_at: first } = story.copy.rfc('alpha')
    expect(first).toBe('2026-11-22T10:01:00Z')
    story.write({ 'rfcs/beta.md': entry('beta', {}, 'Changed.\n') })
    const now = `${new Date(story.clock.now()).toISOString().slice(0, 19)}Z`
    story.clock.pass(1000)
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject({
      last_entry_commit_at: first,
      last_main_commit_at: '2026-11-22T10:02:00Z',
    })
    expect(story.copy.rfc('beta')).toMatchObject({ last_entry_commit_at: now, body: 'Changed.\n' })
  })

  test('fault 22: every time in every column is RFC 3339 in UTC with a Z', async () => {
    using story = tellStory(dialect)
    tellOfTwo(story)
    story.world.merge('rfcs/alpha', 1, { by: 'alice' })
    const author = { offset: '+0530' }
    story.world.commit('rfcs/alpha', 'zone', { 'a.txt': 'a' }, { by: 'alice', author })
    story.write({ 'rfcs/beta.md': null })
    await story.copy.reconcile()
    const tables = ['cached_rfcs', 'cached_branches', 'cached_prs']
    const times = tables
      .flatMap((table) => story.copy.all(`SELECT * FROM ${table}`))
      .flatMap((row) => Object.entries(row))
      .filter(
        ([column, value]) =>
          /^(updated|last_.*|opened|merged|closed|removed|upstream_.*)_at$/.test(column) && value !== null,
      )
    expect(times.length).toBeGreaterThan(8)
    expect(times.filter(([, value]) => !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(String(value)))).toEqual([])
  })

  test('fault 49: a rebuild in place reads everything again, ends with the same rows and removes what should not be there', async () => {
    using story = tellStory(dialect)
    tellOfTwo(story)
    await story.copy.reconcile()
    const before = picture(story)
    story.copy.write(`UPDATE cached_rfcs SET title = 'Tampered' WHERE slug = 'beta';
      UPDATE cached_prs SET description = 'Tampered';
      INSERT INTO cached_branches (rfc_slug, branch_name, head_sha, repo) VALUES ('alpha', 'never', 'x', 'rfcs/alpha')`)
    story.copy.asked()
    await story.copy.reconcile({ rebuild: true })
    expect(story.copy.asked().some((path) => /contents|archive/.test(path))).toBe(true)
    expect(story.copy.branch('rfcs/alpha', 'never').state).toBe('deleted')
    story.copy.write("DELETE FROM cached_branches WHERE branch_name = 'never'")
    expect({ ...picture(story), changes: before.changes, rfcs: untimed(picture(story).rfcs) }).toEqual({
      ...before,
      rfcs: untimed(before.rfcs),
    })
    const fresh = story.newCopy()
    await fresh.reconcile()
    const [rebuilt, anew] = liveRows(story.copy, fresh)
    expect(rebuilt).toEqual(anew)
  })
})

function picture({ copy }: Story) {
  return {
    rfcs: copy.all('SELECT * FROM cached_rfcs'),
    branches: copy.all('SELECT * FROM cached_branches'),
    pulls: copy.all('SELECT * FROM cached_prs'),
    changes: copy.all('SELECT count(*) FROM changes'),
  }
}

function untimed(rows: Record<string, unknown>[]) {
  return rows.map(({ updated_at: _, ...row }) => row)
}
