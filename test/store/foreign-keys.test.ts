import { describe, expect, test } from 'vitest'
import { mirrored, own } from './made.ts'

const notes = (more: string) => `
  CREATE TABLE notes (repo TEXT, number INTEGER, FOREIGN KEY (repo, number) REFERENCES cached_prs (repo, pr_number) ${more});
  INSERT INTO notes VALUES ('${own}', 7)`

describe("an application's foreign key to a pull", () => {
  test('without ON UPDATE CASCADE is a thing to mend, said in a sentence, and nothing is half done', () => {
    const { store, app, write } = mirrored()
    write({ repo: own, pr_kind: 'rfc_branch' })
    app.exec(notes(''))
    const rename = () => store.transaction(() => store.repos.rename(2, own, 'rfcs/new'))
    expect(rename).toThrow(
      expect.objectContaining({ name: 'ConfigError', hint: expect.stringContaining('ON UPDATE CASCADE') }),
    )
    expect(store.repos.byId(2)?.full_name).toBe(own)
  })

  test('with it goes along with a renamed repository', () => {
    const { store, app, write } = mirrored()
    write({ repo: own, pr_kind: 'rfc_branch' })
    app.exec(notes('ON UPDATE CASCADE'))
    store.transaction(() => store.repos.rename(2, own, 'rfcs/new'))
    expect(app.prepare('SELECT repo FROM notes').pluck().all()).toEqual(['rfcs/new'])
  })
})
