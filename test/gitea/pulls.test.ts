import { describe, expect, test } from 'vitest'
import { IncompleteListing } from '../../src/errors.ts'
import { connected } from './connected.ts'
import { absent, answer, interceptNetwork, json } from './network.ts'
import { pull } from './said.ts'

interceptNetwork()

/** Answers for the server’s limits, else as the script says of a page. */
function pages(script: (page: number) => Response) {
  return answer((path) => {
    if (path.endsWith('/version')) return json({ version: '1.26.1' })
    if (path.endsWith('/settings/api')) return json({ max_response_items: 3 })
    return script(Number(new URLSearchParams(path.split('?')[1]).get('page')))
  })
}

const at = (day: number) => `2026-11-${String(day).padStart(2, '0')}T00:00:00Z`
const moved = (number: number, day: number) => pull(number, { updated_at: at(day) })
const next = { link: '<http://gitea.test/x>; rel="next"' }

async function since(day: number) {
  const { gitea, soon } = connected()
  const read = await soon(gitea.pulls.since('rfcs/meta', at(day)))
  return read && { numbers: read.pulls.map(({ number }) => number), hidden: read.hidden }
}

const numbersSince = async (day: number) => (await since(day))?.numbers

describe('the pulls that moved since a time', () => {
  test('fault 26: are read newest first, no further than that time', async () => {
    const asked = pages((page) =>
      json(page === 1 ? [moved(9, 20), moved(8, 19), moved(7, 18)] : [moved(6, 18), moved(5, 17), moved(4, 16)], next),
    )
    expect(await since(18)).toEqual({ numbers: [9, 8, 7, 6], hidden: false })
    expect(asked.filter(({ path }) => path.includes('/pulls')).map(({ path }) => path)).toEqual([
      '/api/v1/repos/rfcs/meta/pulls?state=all&sort=recentupdate&limit=3&page=1',
      '/api/v1/repos/rfcs/meta/pulls?state=all&sort=recentupdate&limit=3&page=2',
    ])
  })

  test('fault G12: include those of that very second', async () => {
    pages(() => json([moved(9, 20), moved(8, 18), moved(7, 17)], next))
    expect(await numbersSince(18)).toEqual([9, 8])
  })

  test('are all when the listing ends before', async () => {
    pages((page) => (page === 1 ? json([moved(9, 20), moved(8, 19)], next) : json([moved(7, 18)])))
    expect(await numbersSince(1)).toEqual([9, 8, 7])
  })

  test('fault 23: are each once, though one moves to the first page while they are read', async () => {
    pages((page) => (page === 1 ? json([moved(9, 20), moved(8, 19)], next) : json([moved(8, 19), moved(7, 18)])))
    expect(await numbersSince(1)).toEqual([9, 8, 7])
  })

  test('fault F16: are no whole when one was deleted while they were read, which hides another', async () => {
    const count = (total: number) => ({ ...next, 'x-total-count': String(total) })
    pages((page) => (page === 1 ? json([moved(9, 20), moved(8, 19)], count(4)) : json([moved(6, 17)], count(3))))
    await expect(since(1)).rejects.toBeInstanceOf(IncompleteListing)
  })

  test('fault F16: end though Link goes on in a circle', async () => {
    const asked = pages(() => json([moved(9, 20)], next))
    await expect(since(1)).rejects.toBeInstanceOf(IncompleteListing)
    expect(asked.length).toBeLessThanOrEqual(4)
    pages((page) => json(page === 1 ? [moved(9, 20)] : [], next))
    expect(await numbersSince(1)).toEqual([9])
  })

  test.each([
    ['among them', [moved(9, 20), null, moved(8, 19), moved(7, 1)]],
    ['where they may end', [moved(9, 20), moved(8, 19), null, moved(7, 1)]],
  ])('fault 27: leave out what Gitea could not show, and say so: %s', async (_, items) => {
    pages(() => json(items, next))
    expect(await since(18)).toEqual({ numbers: [9, 8], hidden: true })
  })

  test('fault 27: are all though Gitea cannot show an older one', async () => {
    pages(() => json([moved(9, 20), moved(8, 19), moved(7, 1), null], next))
    expect(await since(18)).toEqual({ numbers: [9, 8], hidden: false })
  })

  test('are null where the unit is off', async () => {
    pages(absent)
    expect(await since(1)).toBeNull()
  })
})

describe('all pulls', () => {
  const all = () => {
    const { gitea, soon } = connected()
    return soon(gitea.pulls.all('rfcs/meta'))
  }

  test('fault 23: are one walk over every state, oldest first', async () => {
    const asked = pages((page) => json([pull(page * 2 - 1), pull(page * 2)], { 'x-total-count': '4' }))
    expect((await all())?.map(({ number }) => number)).toEqual([1, 2, 3, 4])
    expect(asked.at(-1)?.path).toContain('/pulls?state=all&sort=oldest&limit=3&page=2')
  })

  test('fault 27: are incomplete with a null among them', async () => {
    pages(() => json([pull(1), null], { 'x-total-count': '2' }))
    await expect(all()).rejects.toBeInstanceOf(IncompleteListing)
  })
})

test('one pull is null where there is none', async () => {
  answer(absent)
  const { gitea, soon } = connected()
  expect(await soon(gitea.pulls.one('rfcs/meta', 7))).toBeNull()
})
