import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { IncompleteListing } from '../../src/errors.ts'
import { walk } from '../../src/gitea/pages.ts'
import { connected } from './connected.ts'
import { absent, answer, interceptNetwork, json } from './network.ts'

interceptNetwork()

type Listing = {
  items: (number | null)[]
  /** The server's own most items a page, which a client can only find out. */
  cap?: number
  total?: number | null
  /** What Link says on page n of m. */
  link?: (page: number, last: number) => string
}

const honest = (page: number, last: number) => (page < last ? next : '')
const next = '<http://internal.example.org:3000/api/v1/list?page=2>; rel="next",<http://x/>; rel="last"'

/** A listing as Gitea pages it. */
function list({ items, cap = 50, total = items.length, link = honest }: Listing) {
  return answer((path) => {
    const query = new URLSearchParams(path.split('?')[1])
    const size = Math.min(Number(query.get('limit')), cap)
    const page = Number(query.get('page'))
    const said = link(page, Math.ceil(items.length / size))
    return json(
      items.slice((page - 1) * size, page * size).map((id) => id && { id }),
      { ...(total === null ? {} : { 'x-total-count': String(total) }), ...(said ? { link: said } : {}) },
    )
  })
}

async function walked(limit = 10) {
  const { client, soon } = connected()
  const items = await soon(walk(client, '/list', limit, z.object({ id: z.number() }), ({ id }) => id))
  return items?.map(({ id }) => id) ?? null
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const incomplete = () => expect(walked()).rejects.toBeInstanceOf(IncompleteListing)

describe('fault 24: a listing is read whole', () => {
  test.each([0, 1, 9, 10, 11, 20, 25])('when it has %i items', async (count) => {
    list({ items: upTo(count) })
    expect(await walked()).toEqual(upTo(count))
  })

  test('by page number, whatever host Link names', async () => {
    const asked = list({ items: upTo(25) })
    await walked()
    expect(asked.map(({ path }) => path)).toEqual([1, 2, 3].map((page) => `/api/v1/list?limit=10&page=${page}`))
  })

  test('fault F16: when the server gives fewer a page than asked', async () => {
    list({ items: upTo(25), cap: 4 })
    expect(await walked()).toEqual(upTo(25))
  })

  test('when only Link tells of more', async () => {
    list({ items: upTo(25), total: null })
    expect(await walked()).toEqual(upTo(25))
  })

  test('when only the count tells of more', async () => {
    list({ items: upTo(25), link: () => '' })
    expect(await walked()).toEqual(upTo(25))
  })

  test('when an empty one is null, as Gitea says of branches', async () => {
    answer(() => json(null, { 'x-total-count': '0' }))
    expect(await walked()).toEqual([])
  })

  test('and is null when it is absent', async () => {
    answer(absent)
    expect(await walked()).toBeNull()
  })
})

describe('fault F16: a listing is incomplete', () => {
  test('when it counts more than it shows', () => {
    list({ items: upTo(25), total: 26 })
    return incomplete()
  })

  test('when it counts fewer than it shows', () => {
    list({ items: upTo(25), total: 24 })
    return incomplete()
  })

  test('when it counts some and shows none', () => {
    list({ items: [], total: 3 })
    return incomplete()
  })

  test('when a page shifted, so that one item came twice and another never', () => {
    list({ items: [...upTo(10), 10, ...upTo(20).slice(11)], total: 20 })
    return incomplete()
  })

  test('fault 27: when an item is null', () => {
    list({ items: [1, null, 3] })
    return incomplete()
  })

  test('when its length changes while it is read', () => {
    answer((path) => {
      const page = Number(path.at(-1))
      return json([{ id: page * 2 }, { id: page * 2 + 1 }], { 'x-total-count': page === 1 ? '4' : '3' })
    })
    return incomplete()
  })

  test('when a later page is absent', () => {
    answer((path) => (path.endsWith('=1') ? json([{ id: 1 }], { 'x-total-count': '2' }) : absent()))
    return incomplete()
  })

  test('when Link leads in a circle, which is left after one round', async () => {
    const asked = answer(() => json([{ id: 1 }, { id: 2 }], { link: next }))
    await incomplete()
    expect(asked).toHaveLength(2)
  })
})

test('a listing that counts right is whole, though its Link goes on in a circle', async () => {
  const asked = answer(() => json([{ id: 1 }, { id: 2 }], { link: next, 'x-total-count': '2' }))
  expect(await walked()).toEqual([1, 2])
  expect(asked.length).toBeLessThanOrEqual(2)
})

test('an item of another form makes the whole listing unreadable', async () => {
  answer(() => json([{ id: 1 }, { id: 'two' }], { 'x-total-count': '2' }))
  await expect(walked()).rejects.toThrow('not of the expected form')
})
