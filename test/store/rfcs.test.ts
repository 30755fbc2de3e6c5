import { describe, expect, test } from 'vitest'
import type { EntryFields } from '../../src/rules/entry.ts'
import { mirrored } from './made.ts'

const path = 'rfcs/a.md'

function entry(other: Partial<EntryFields> = {}): EntryFields {
  return {
    slug: 'a',
    title: 'A',
    state: 'active',
    rfc_id: null,
    repo: 'rfcs/a',
    proposed_by: null,
    proposed_at: null,
    graduated_at: null,
    graduated_by: null,
    owners_json: '[]',
    arbiters_json: '[]',
    tags_json: '[]',
    body: 'entry body',
    ...other,
  }
}

/** The row of the RFC a, whose entry is read and whose own repository is held as told, at a time that goes on a minute a write. */
function held() {
  const made = mirrored()
  const { store, app } = made
  let minute = 0
  const now = () => `2026-11-22T10:${String(++minute).padStart(2, '0')}:00Z`
  const settle = () => store.entryFiles.settle(path, true, null)
  const row = () => app.prepare('SELECT * FROM cached_rfcs').get() as Record<string, unknown>
  return {
    ...made,
    row,
    read: (other: Partial<EntryFields> = {}, blob = 'e1') =>
      store.transaction(() => {
        store.entryFiles.writeGood(path, blob, entry(other), null)
        settle()
        store.rfcs.project('a', now())
      }),
    document: (body: string | null, sha: string | null) =>
      store.transaction(() => {
        store.repos.hold({ id: 2, tip: 't', tip_at: '2026-11-01T00:00:00Z', document_body: body, document_sha: sha })
        store.rfcs.project('a', now())
      }),
    remove: () =>
      store.transaction(() => {
        store.entryFiles.drop(path)
        store.rfcs.removeUnowned(now())
      }),
    project: () => store.transaction(() => store.rfcs.projectFile(path, now())),
  }
}

describe('fault 3: the body', () => {
  test('of an active RFC is its document’s, however often its entry is read', () => {
    const { read, document, row } = held()
    read()
    expect(row()).toMatchObject({ body: 'entry body', body_sha: 'e1' })
    document('document', 'd1')
    expect(row()).toMatchObject({ body: 'document', body_sha: 'd1', entry_body: 'entry body', entry_sha: 'e1' })
    read({ body: 'other' }, 'e2')
    expect(row()).toMatchObject({ body: 'document', body_sha: 'd1', entry_body: 'other', entry_sha: 'e2' })
  })

  test.each(['super-draft', 'withdrawn', 'Active', null])('of an RFC in state %j is its entry’s', (state) => {
    const { read, document, row } = held()
    read({ state })
    document('document', 'd1')
    expect(row()).toMatchObject({ body: 'entry body', body_sha: 'e1', document_body: 'document', document_sha: 'd1' })
  })

  test('fault 52: is the entry’s again when the document is gone', () => {
    const { read, document, row } = held()
    read()
    document('document', 'd1')
    document(null, null)
    expect(row()).toMatchObject({ body: 'entry body', body_sha: 'e1', document_body: null, document_sha: null })
  })

  test('of an empty document is empty', () => {
    const { read, document, row } = held()
    read()
    document('', 'd0')
    expect(row()).toMatchObject({ body: '', body_sha: 'd0' })
  })
})

describe('fault 21: a row', () => {
  test('moves updated_at only when a reader sees something move', () => {
    const { read, project, row, store } = held()
    read()
    const [before, seq] = [row(), store.changes.latest()]
    read()
    project()
    expect(row()).toEqual(before)
    expect(store.changes.latest()).toBe(seq)
    read({ title: 'Other' })
    expect(row().updated_at).not.toBe(before.updated_at)
  })

  test('has the dates of git, not of our sweep', () => {
    const { read, document, project, row, store } = held()
    read()
    expect(row()).toMatchObject({ last_main_commit_at: null, last_entry_commit_at: null })
    document('d', 'd1')
    store.transaction(() => store.entryFiles.date(path, '2026-10-01T00:00:00Z', 'c'))
    project()
    expect(row()).toMatchObject({
      last_main_commit_at: '2026-11-01T00:00:00Z',
      last_entry_commit_at: '2026-10-01T00:00:00Z',
    })
  })
})

describe('an entry', () => {
  test('fault 14: gone from the tree is marked, keeps the rest, and can come back', () => {
    const { read, remove, row } = held()
    read()
    remove()
    const removed = row()
    expect(removed).toMatchObject({ removed_at: removed.updated_at, title: 'A', state: 'active' })
    remove()
    expect(row()).toEqual(removed)
    read()
    expect(row()).toMatchObject({ removed_at: null })
  })

  test('fault 17: that cannot be read any more keeps its last good row, with the problem', () => {
    const { read, project, row, store } = held()
    read()
    store.transaction(() => {
      store.entryFiles.writeBroken(path, 'e2', 'It is broken.')
      store.entryFiles.settle(path, true, 'It is broken.')
    })
    project()
    expect(row()).toMatchObject({ title: 'A', entry_sha: 'e1', body: 'entry body', problem: 'It is broken.' })
  })

  test('that never could be read has no row', () => {
    const { store, app, project } = held()
    store.transaction(() => store.entryFiles.writeBroken(path, 'e1', 'It is broken.'))
    project()
    expect(app.prepare('SELECT count(*) FROM cached_rfcs').pluck().get()).toBe(0)
    store.transaction(() => store.entryFiles.settle(path, false, 'It is broken.'))
    expect(store.entryFiles.problems()).toEqual([{ path, message: 'It is broken.' }])
  })

  test('that does not own its slug writes no row', () => {
    const { store, read, row } = held()
    read()
    store.transaction(() => {
      store.entryFiles.writeGood('rfcs/b.md', 'e9', entry({ title: 'Usurper' }), null)
      store.entryFiles.settle('rfcs/b.md', false, 'The slug a belongs to rfcs/a.md.')
      store.rfcs.projectFile('rfcs/b.md', 'now')
      store.rfcs.project('a', 'now')
    })
    expect(row()).toMatchObject({ title: 'A', entry_path: path })
  })
})

test('what is forgotten is read again, while readers keep their rows', () => {
  const { read, document, row, store } = held()
  read()
  document('document', 'd1')
  const before = row()
  store.forget()
  expect(row()).toEqual(before)
  expect(store.entryFiles.all()).toMatchObject([{ blob: '', slug: 'a' }])
  expect(store.repos.byId(2)).toMatchObject({ tip: null, pulls_since: null, dates_held: 0 })
})
