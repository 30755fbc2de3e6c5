import { type FakeAnswer, json } from './answer.ts'
import type { Call } from './call.ts'
import type { Json } from './json.ts'

/** Which part of a list is asked for. */
export type Page = { number: number; size: number }

/** Page and limit as the servers clamp them: 30 by default, never more than 50, and pages count from 1. */
export function pageOf(call: Call, options: { defaultSize?: number; maxSize?: number } = {}): Page {
  const limit = Number.parseInt(call.query.get('limit') ?? '', 10)
  const number = Number.parseInt(call.query.get('page') ?? '', 10)
  const wanted = limit > 0 ? limit : (options.defaultSize ?? 30)
  return { number: number > 0 ? number : 1, size: Math.min(wanted, options.maxSize ?? 50) }
}

/** The rows of a page. */
export function rowsOf<T>(rows: readonly T[], { number, size }: Page): T[] {
  return rows.slice((number - 1) * size, number * size)
}

/** A page of a list with X-Total-Count, and Link where there are other pages. */
export function paged(call: Call, total: number, page: Page, body: Json): FakeAnswer {
  return json(200, body, pagingHeaders(call, total, page))
}

/** The headers of a page. The order of what is exposed is the servers': 1.15 names both always, later ones what is sent. */
export function pagingHeaders(call: Call, total: number, page: Page): Record<string, string> {
  const link = linkHeader(call, total, page)
  const exposed = link === '' ? 'X-Total-Count' : 'Link, X-Total-Count'
  return {
    'Access-Control-Expose-Headers': call.state.dialect.since(16) ? exposed : 'X-Total-Count, Link',
    ...(link === '' ? {} : { Link: link }),
    'X-Total-Count': String(total),
  }
}

/** Gitea compares the page asked for, not the page given: page 0 or none counts as the first (services/context/api.go). */
function linkHeader(call: Call, total: number, { number, size }: Page): string {
  const last = Math.max(1, Math.ceil(total / size))
  const current = Math.min(number, last)
  const links = [
    ...(current < last ? [linkTo(call, current + 1, 'next'), linkTo(call, last, 'last')] : []),
    ...(current > 1 ? [linkTo(call, 1, 'first'), linkTo(call, current - 1, 'prev')] : []),
  ]
  return links.join(',')
}

function linkTo(call: Call, page: number, relation: string): string {
  const query = new URLSearchParams(call.query)
  query.set('page', String(page))
  query.sort()
  return `<${call.state.url}/api/v1${call.path}?${query}>; rel="${relation}"`
}
