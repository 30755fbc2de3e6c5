import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { IncompleteListing } from '../errors.ts'
import type { Client } from './client.ts'

/** More pages than any listing has. */
const mostPages = 10_000

/**
 * Every item of a paged listing, or nothing: follows `Link: rel="next"` (never its address, whose host may be another than ours)
 * and holds the number of different items to X-Total-Count. Pages after the first are read side by side when the first page
 * tells how many there are. `null`: the listing itself is absent (404).
 * @throws IncompleteListing for a null item, a count that differs or moves while it is read.
 */
export async function walk<S extends z.ZodType>(
  client: Client,
  path: string,
  limit: number,
  item: S,
  keyOf: (item: z.infer<S>) => unknown,
): Promise<z.infer<S>[] | null> {
  const shape = z.array(item.nullable()).nullable()
  return walkPages(path, limit, keyOf, async (page) => {
    const { data, headers, status } = await client.json(page, shape)
    return { items: status < 300 ? (data ?? []) : null, headers }
  })
}

type Page<T> = { items: (T | null)[] | null; headers: Record<string, string> }

/** The walk itself, for listings that wrap their items (`/repos/search`). */
export async function walkPages<T>(
  path: string,
  limit: number,
  keyOf: (item: T) => unknown,
  read: (path: string) => Promise<Page<T>>,
): Promise<T[] | null> {
  const readPage = (page: number) => read(`${path}${path.includes('?') ? '&' : '?'}limit=${limit}&page=${page}`)
  const first = await readPage(1)
  if (first.items === null) return null
  const total = totalOf(first.headers)
  const more = total === null ? byLink(path, first, readPage) : Promise.all(pagesAfter(first, total).map(readPage))
  return whole([first, ...(await more)], total, path, keyOf)
}

/** A first page that is shorter than the total was cut by the server's own limit: its length is the page size. */
function pagesAfter<T>({ items }: Page<T>, total: number): number[] {
  const size = items?.length ?? 0
  const last = size === 0 ? 1 : Math.min(Math.ceil(total / size), mostPages)
  return Array.from({ length: Math.max(0, last - 1) }, (_, index) => index + 2)
}

/** Without a count, Link alone tells the end. */
async function byLink<T>(path: string, first: Page<T>, read: (page: number) => Promise<Page<T>>): Promise<Page<T>[]> {
  const pages: Page<T>[] = []
  let page = first
  while (page.items?.length && hasNext(page.headers)) {
    const next = await read(pages.length + 2)
    if (isDeepStrictEqual(next.items, page.items) || pages.length === mostPages)
      throw new IncompleteListing(`${path} leads in a circle.`)
    pages.push(next)
    page = next
  }
  return pages
}

/** Whether the server says that there is more. */
export function hasNext(headers: Record<string, string>): boolean {
  return /rel="next"/.test(headers.link ?? '')
}

function whole<T>(pages: Page<T>[], total: number | null, path: string, keyOf: (item: T) => unknown): T[] {
  const items = new Map<unknown, T>()
  for (const page of pages) {
    if (page.items === null) throw new IncompleteListing(`A page of ${path} is absent though the first one is there.`)
    if (totalOf(page.headers) !== total) throw new IncompleteListing(`The length of ${path} changed while it was read.`)
    for (const item of page.items) {
      if (item === null) throw new IncompleteListing(`${path} holds an item that Gitea could not show (null).`)
      items.set(keyOf(item), item)
    }
  }
  if (total !== null && items.size !== total)
    throw new IncompleteListing(`${path} shows ${items.size} items but counts ${total}.`)
  return [...items.values()]
}

function totalOf(headers: Record<string, string>): number | null {
  const total = headers['x-total-count']
  return total !== undefined && /^\d+$/.test(total) ? Number(total) : null
}
