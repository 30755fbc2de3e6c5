import { describe, expect, test } from 'vitest'
import { dialects, madeFake } from './fake.ts'

/** A repository with an open pull, number 1, from its branch propose/a. */
function proposed(dialect: (typeof dialects)[number]) {
  const made = madeFake(dialect)
  const { world } = made
  world.user('bot')
  world.user('mallory')
  world.organization('rfcs', 'bot')
  world.createRepo('rfcs/meta')
  world.commit('rfcs/meta', 'main', { 'README.md': 'x' })
  world.commit('rfcs/meta', 'propose/a', { 'rfcs/a.md': 'a' })
  world.openPull('rfcs/meta', 'propose/a', { title: 'Propose a' })
  const token = world.token('bot')
  const pull = async (number: number) => (await made.ask(`/repos/rfcs/meta/pulls/${number}`, { token })).json
  const listed = async () => (await made.ask('/repos/rfcs/meta/pulls?state=all&sort=oldest', { token })).json
  return { ...made, token, pull, listed }
}

describe.each(dialects)('on %s', (dialect) => {
  test('a pull names its branch even when the branch is gone', async () => {
    const { world, pull, pass } = proposed(dialect)
    const tip = world.tip('rfcs/meta', 'propose/a')
    const head = { label: 'propose/a', ref: 'propose/a', sha: tip, repo_id: world.repo('rfcs/meta').id }
    expect(await pull(1)).toMatchObject({ state: 'open', merged: false, head })
    pass(5)
    world.merge('rfcs/meta', 1, { deleteBranch: true })
    const merge_commit_sha = world.tip('rfcs/meta', 'main')
    expect(await pull(1)).toMatchObject({
      state: 'closed',
      merged: true,
      merge_commit_sha,
      head: { ...head, ref: 'refs/pull/1/head' },
    })
  })

  test('a pull whose branch is deleted is closed, and can be opened again without it', async () => {
    const { world, pull, ask, token } = proposed(dialect)
    world.deleteBranch('rfcs/meta', 'propose/a')
    expect(await pull(1)).toMatchObject({ state: 'closed', merged: false })
    const again = await ask('/repos/rfcs/meta/pulls/1', { token, method: 'PATCH', body: { state: 'open' } })
    expect(again.status).toBe(201)
    expect(await pull(1)).toMatchObject({ state: 'open', closed_at: null, head: { ref: 'refs/pull/1/head' } })
  })

  test('a pull whose base is deleted is retargeted by Gitea and closed by the others', async () => {
    const { world, pull } = proposed(dialect)
    world.branch('rfcs/meta', 'other')
    world.retarget('rfcs/meta', 1, 'other')
    world.deleteBranch('rfcs/meta', 'other')
    const after =
      dialect === 'gitea-1.26'
        ? { state: 'open', base: { ref: 'main' } }
        : { state: 'closed', base: { ref: 'other', sha: '' } }
    expect(await pull(1)).toMatchObject(after)
  })

  test("a fork's pull has another repository, and none once the fork is gone", async () => {
    const { world, pull } = proposed(dialect)
    world.fork('rfcs/meta', 'mallory')
    world.commit('mallory/meta', 'mine', { m: 'm' })
    world.openPull('rfcs/meta', 'mallory:mine', { by: 'mallory' })
    const sha = world.tip('mallory/meta', 'mine')
    expect(await pull(2)).toMatchObject({
      head: { label: 'mine', ref: 'mine', sha, repo_id: world.repo('mallory/meta').id },
    })
    world.deleteRepo('mallory/meta')
    expect(await pull(2)).toMatchObject({
      head: { label: 'mine', ref: 'refs/pull/2/head', sha, repo_id: -1, repo: null },
    })
  })

  test('an AGit pull has no branch', async () => {
    const { world, pull } = proposed(dialect)
    const sha = world.writeCommit('rfcs/meta', 'main', { z: 'z' })
    const number = world.openAgitPull('rfcs/meta', sha, { by: 'mallory' })
    const head = { label: '', ref: 'refs/pull/2/head', sha, repo_id: world.repo('rfcs/meta').id }
    expect(await pull(number)).toMatchObject({ head })
  })

  test('what a deleted user wrote is Ghost’s', async () => {
    const { world, pull, ask, token } = proposed(dialect)
    world.comment('rfcs/meta', 1, 'hm', { by: 'mallory' })
    world.openAgitPull('rfcs/meta', world.tip('rfcs/meta', 'main'), { by: 'mallory' })
    world.deleteUser('mallory')
    expect(await pull(2)).toMatchObject({ user: { id: -1, login: 'Ghost' } })
    expect((await ask('/repos/rfcs/meta/issues/1/comments', { token })).json).toMatchObject([
      { user: { login: 'Ghost' } },
    ])
  })

  test('a closed pull shows where its branch went on, but its ref does not', async () => {
    const { world, pull, listed } = proposed(dialect)
    const closedAt = world.tip('rfcs/meta', 'propose/a')
    world.close('rfcs/meta', 1)
    const tip = world.commit('rfcs/meta', 'propose/a', { b: 'b' })
    expect(await pull(1)).toMatchObject({ head: { sha: tip } })
    expect(await listed()).toMatchObject([{ head: { sha: dialect === 'gitea-1.26' ? closedAt : tip } }])
    expect(world.repo('rfcs/meta').refs.get('refs/pull/1/head')).toBe(closedAt)
  })

  test('numbers are never given twice, and a deleted pull is gone with its ref', async () => {
    const { world, ask, token } = proposed(dialect)
    world.deletePull('rfcs/meta', 1)
    expect((await ask('/repos/rfcs/meta/pulls/1', { token })).status).toBe(404)
    expect((await ask('/repos/rfcs/meta/git/refs/pull', { token })).status).toBe(404)
    expect(world.openPull('rfcs/meta', 'propose/a')).toBe(2)
  })

  test('with pulls switched off only the search still shows them', async () => {
    const { world, ask, token } = proposed(dialect)
    world.changeRepo('rfcs/meta', { hasPulls: false })
    expect((await ask('/repos/rfcs/meta/pulls', { token })).status).toBe(404)
    expect((await ask('/repos/rfcs/meta/pulls/1', { token })).status).toBe(404)
    expect((await ask('/repos/rfcs/meta/issues?type=pulls', { token })).status).toBe(404)
    expect((await ask('/repos/issues/search?type=pulls', { token })).json).toHaveLength(1)
  })
})

test('a pull pushed to its base by hand is merged only where that is detected', async () => {
  const { world, pull } = proposed('gitea-1.26')
  world.commit('rfcs/meta', 'propose/b', { b: 'b' })
  world.openPull('rfcs/meta', 'propose/b')
  world.push('rfcs/meta', 'main', world.tip('rfcs/meta', 'propose/a'))
  expect(await pull(1)).toMatchObject({ state: 'open' })
  world.changeRepo('rfcs/meta', { autodetectManualMerge: true })
  world.push('rfcs/meta', 'main', world.tip('rfcs/meta', 'propose/b'))
  expect(await pull(2)).toMatchObject({ state: 'closed', merged: true })
})

test('two pulls from one branch cannot be open, but a closed one can be opened beside its twin', async () => {
  const { world, ask, token, pull } = proposed('gitea-1.26')
  const again = { token, method: 'POST', body: { head: 'propose/a', base: 'main', title: 'again' } }
  expect((await ask('/repos/rfcs/meta/pulls', again)).status).toBe(409)
  world.close('rfcs/meta', 1)
  expect((await ask('/repos/rfcs/meta/pulls', again)).status).toBe(201)
  world.reopen('rfcs/meta', 1)
  expect(await pull(1)).toMatchObject({ state: 'open', closed_at: null })
})

test('a PATCH that changes nothing moves a pull on Forgejo, and only a body on Gitea', async () => {
  for (const dialect of ['gitea-1.26', 'forgejo-7'] as const) {
    const { world, ask, token, pass } = proposed(dialect)
    const movedBy = async (body: unknown) => {
      pass(5)
      const before = world.pull('rfcs/meta', 1).updated
      await ask('/repos/rfcs/meta/pulls/1', { token, method: 'PATCH', body })
      return world.pull('rfcs/meta', 1).updated !== before
    }
    const forgejo = dialect === 'forgejo-7'
    expect(await movedBy({})).toBe(forgejo)
    expect(await movedBy({ title: 'Propose a', state: 'open' })).toBe(forgejo)
    expect(await movedBy({ body: '' })).toBe(true)
  }
})

test('a merge that both sides changed is refused', async () => {
  const { world, ask, token } = proposed('gitea-1.26')
  world.commit('rfcs/meta', 'main', { 'rfcs/a.md': 'otherwise' })
  expect(world.merge('rfcs/meta', 1)).toBe('conflict')
  expect((await ask('/repos/rfcs/meta/pulls/1/merge', { token, method: 'POST', body: { Do: 'merge' } })).status).toBe(
    405,
  )
})
