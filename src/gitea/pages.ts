import { z } from 'zod'
import { IncompleteListing } from '../errors.ts'
import type { Client } from './client.ts'

/** More pages than any listing has: a Link header that goes round in circles ends here. */
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
  const at = (page: number) => `${path}${path.includes('?') ? '&' : '?'}limit=${limit}&page=${page}`
  const first = await read(at(1))
  if (first.items === null) return null
  const total = totalOf(first.headers)
  const pages = [first]
  if (total !== null) pages.push(...(await Promise.all(range(2, lastPage(first, total)).map((page) => read(at(page))))))
  while (hasNext(pages.at(-1)) && pages.length < mostPages) pages.push(await read(at(pages.length + 1)))
  return whole(pages, total, path, keyOf)
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

/** A first page that is shorter than the total was cut by the server's own limit: its length is the page size. */
function lastPage<T>({ items }: Page<T>, total: number): number {
  const size = items?.length ?? 0
  return size === 0 ? 1 : Math.ceil(total / size)
}

function hasNext<T>(page: Page<T> | undefined): boolean {
  return /rel="next"/.test(page?.headers.link ?? '') && (page?.items?.length ?? 0) > 0
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, Math.min(to, mostPages) - from + 1) }, (_, index) => from + index)
}
