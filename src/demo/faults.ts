import type { FakeAnswer, FakeRequest } from './answer.ts'

/** What may go wrong with an answer: another status, a page of HTML, holes and lies in a list, or a broken connection. */
export type Fault =
  | { kind: 'status'; status: number; retryAfter?: number | string }
  | { kind: 'html'; status?: number }
  | { kind: 'nulls' }
  | { kind: 'short'; keep: number }
  | { kind: 'total'; total: number }
  | { kind: 'truncate' }
  | { kind: 'hang' }
  | { kind: 'reset' }

/** Decides for each request whether something goes wrong with it. */
export type Faults = (request: FakeRequest) => Fault | undefined

/** The faults that come instead of an answer: the request changes nothing. */
export function insteadOf(fault: Fault): FakeAnswer | undefined {
  if (fault.kind === 'status') return refused(fault.status, fault.retryAfter)
  if (fault.kind === 'html') return page(fault.status ?? 200)
  if (fault.kind === 'hang' || fault.kind === 'reset') {
    return { status: 0, headers: {}, body: Buffer.alloc(0), fault: fault.kind }
  }
  return undefined
}

/** The faults that spoil a good answer on its way. */
export function spoil(fault: Fault, answer: FakeAnswer): FakeAnswer {
  if (fault.kind === 'truncate') return { ...answer, fault: 'truncate' }
  if (fault.kind === 'total') return { ...answer, headers: { ...answer.headers, 'X-Total-Count': String(fault.total) } }
  if (fault.kind === 'nulls') return overRows(answer, (rows) => rows.map((row, at) => (at === 0 ? null : row)))
  if (fault.kind === 'short') return overRows(answer, (rows) => rows.slice(0, fault.keep))
  return answer
}

function refused(status: number, retryAfter: number | string | undefined): FakeAnswer {
  const headers = { 'Content-Type': 'application/json;charset=utf-8' }
  const body = Buffer.from(`${JSON.stringify({ message: `fault ${status}`, url: '' })}\n`)
  return {
    status,
    headers: retryAfter === undefined ? headers : { ...headers, 'Retry-After': String(retryAfter) },
    body,
  }
}

/** What a proxy or a maintenance page puts in the place of an answer. */
function page(status: number): FakeAnswer {
  const body = Buffer.from('<!DOCTYPE html><html><body><h1>Back soon</h1></body></html>\n')
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body }
}

/** Changes the rows of a list, be it the body itself or the `data` or `tree` in it. */
function overRows(answer: FakeAnswer, change: (rows: unknown[]) => unknown[]): FakeAnswer {
  if (answer.status !== 200 || !answer.headers['Content-Type']?.startsWith('application/json')) return answer
  const value: unknown = JSON.parse(answer.body.toString())
  return { ...answer, body: Buffer.from(`${JSON.stringify(rowsChanged(value, change))}\n`) }
}

function rowsChanged(value: unknown, change: (rows: unknown[]) => unknown[]): unknown {
  if (Array.isArray(value)) return change(value)
  if (typeof value !== 'object' || value === null) return value
  const inner = Object.entries(value).map(([key, held]) => [key, isRows(key, held) ? change(held) : held])
  return Object.fromEntries(inner)
}

function isRows(key: string, held: unknown): held is unknown[] {
  return (key === 'data' || key === 'tree') && Array.isArray(held)
}
