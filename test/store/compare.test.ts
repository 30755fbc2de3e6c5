import { expect, test } from 'vitest'
import { compareFiles } from '../../src/store/compare.ts'
import { madePath, meta, mirrored, own } from './made.ts'

/** Two files that hold the same: the RFC a, its branch x, its pull 7. */
async function twins() {
  const made = mirrored()
  made.app.exec(`INSERT INTO cached_rfcs (slug, title, body, body_sha, updated_at, entry_path, entry_body, entry_sha)
    VALUES ('a', 'A', 'b', 's', 'then', 'rfcs/a.md', 'b', 's')`)
  made.store.transaction(() =>
    made.store.branches.upsert({ rfc_slug: 'a', repo: own, branch_name: 'x', head_sha: 'h', last_commit_at: null }),
  )
  made.write({})
  const copy = madePath('copy.sqlite')
  await made.store.copyTo(copy)
  return { ...made, copy }
}

test('equal files differ in nothing', async () => {
  const { file, copy } = await twins()
  expect(compareFiles(file, copy)).toEqual([])
})

test('each column that differs is told, with what is there and what should be', async () => {
  const { file, copy, app } = await twins()
  app.exec(`UPDATE cached_rfcs SET title = 'B', owners_json = '[]'; UPDATE cached_prs SET closed_at = 'never'`)
  expect(compareFiles(file, copy)).toEqual([
    { table: 'cached_rfcs', key: 'a', column: 'title', have: 'B', want: 'A' },
    { table: 'cached_rfcs', key: 'a', column: 'owners_json', have: '[]', want: null },
    { table: 'cached_prs', key: `${meta} 7`, column: 'closed_at', have: 'never', want: null },
  ])
})

test('a row that is in one file only is told as a whole', async () => {
  const { file, copy, app, write } = await twins()
  app.exec('DELETE FROM cached_branches')
  write({ pr_number: 8 })
  expect(compareFiles(file, copy)).toEqual([
    { table: 'cached_branches', key: `a ${own} x`, column: '(row)', have: 'missing', want: 'there' },
    { table: 'cached_prs', key: `${meta} 8`, column: '(row)', have: 'there', want: 'missing' },
  ])
})

test('when we looked is no difference, and when a row was seen to be gone is none either', async () => {
  const { file, copy, app } = await twins()
  app.exec(`UPDATE cached_rfcs SET updated_at = 'now'`)
  expect(compareFiles(file, copy)).toEqual([])
  app.exec(`UPDATE cached_rfcs SET removed_at = 'now'`)
  expect(compareFiles(file, copy)).toMatchObject([{ column: 'removed_at', have: 'now', want: null }])
})

test('neither file is changed', async () => {
  const { file, copy, store } = await twins()
  const before = store.changes.latest()
  compareFiles(file, copy)
  expect(store.changes.latest()).toBe(before)
  expect(() => compareFiles(file, madePath('none.sqlite'))).toThrow()
})
