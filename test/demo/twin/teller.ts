import type { Asked } from '../fake.ts'
import { fieldsOf } from '../fields.ts'

export type AskOptions = { method?: string; token?: string; authorization?: string; body?: unknown }

/** A server that can be asked, and whose queues can be waited for: a fake, or a real one. */
export type Server = { ask: (path: string, options?: AskOptions) => Promise<Asked>; settle: () => Promise<void> }

/** What a step of the story showed: status, header names and fields of an answer, or what moved, or some values. */
export type Seen = {
  step: string
  status?: number
  headers?: string[]
  fields?: string[]
  moved?: string[]
  values?: unknown
}

export type Teller = ReturnType<typeof teller>

const transport = new Set(['content-length', 'transfer-encoding', 'date', 'connection', 'keep-alive', 'set-cookie'])

/** Does the steps of a story on a server, in the repository `meta` of an organisation, and writes down what they show. */
export function teller({ ask, settle }: Server, org: string, admin: string) {
  const seen: Seen[] = []
  const asAdmin = basic(admin)
  const repo = `/repos/${org}/meta`

  async function call(
    step: string,
    method: string,
    path: string,
    body?: unknown,
    options: AskOptions = asAdmin,
  ): Promise<Asked> {
    const answer = await ask(path, { ...options, method, ...(body === undefined ? {} : { body }) })
    const headers = Object.keys(answer.headers)
      .filter((name) => !transport.has(name))
      .sort()
    seen.push({ step, status: answer.status, headers, fields: [...fieldsOf(answer.json)].sort() })
    return answer
  }

  /** The same, with the queues run dry before and after, and written down which times, states and refs it moved. */
  async function moving(
    step: string,
    method: string,
    path: string,
    body?: unknown,
    options: AskOptions = asAdmin,
  ): Promise<Asked> {
    const before = await watched()
    await settle()
    const answer = await call(step, method, path, body, options)
    await settle()
    const after = await watched()
    const keys = new Set([...before.keys(), ...after.keys()])
    seen.push({ step: `${step}: moved`, moved: [...keys].filter((key) => before.get(key) !== after.get(key)).sort() })
    return answer
  }

  async function watched(): Promise<Map<string, string>> {
    const marks = new Map<string, string>()
    const here = (await ask(repo, asAdmin)).json
    for (const name of ['updated_at', 'open_pr_counter', 'default_branch']) marks.set(name, String(field(here, name)))
    const pulls = await ask(`/repos/issues/search?type=pulls&state=all&owner=${org}&limit=50`, asAdmin)
    for (const item of list(pulls.json)) marks.set(`pull ${item.number}`, `${item.updated_at} ${item.state}`)
    const refs = await ask(`${repo}/git/refs`, asAdmin)
    for (const item of list(refs.json)) marks.set(String(item.ref), String(field(item.object, 'sha')))
    return marks
  }

  return {
    org,
    repo,
    root: admin.slice(0, admin.indexOf(':')),
    seen,
    settle,
    call,
    moving,
    look: (step: string, path: string, options: AskOptions = asAdmin) => call(step, 'GET', path, undefined, options),
    /** Reads without writing down. */
    read: async (path: string) => (await ask(path, asAdmin)).json,
    value: (step: string, values: unknown) => void seen.push({ step: `${step}: values`, values }),
    /** Words in which the organisation of this telling is not named. */
    unnamed: (text: string | undefined) => text?.replaceAll(org, 'ORG'),
  }
}

/** Credentials of `name:password`. */
export function basic(pair: string): AskOptions {
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

/** What the contents API takes as a file's content. */
export function content(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** A field of a JSON value that may be none, by the names that lead to it. */
export function field(value: unknown, ...names: string[]): unknown {
  const [name, ...deeper] = names
  if (name === undefined) return value
  if (typeof value !== 'object' || value === null) return undefined
  return field(new Map(Object.entries(value)).get(name), ...deeper)
}

/** The rows of a list. */
export function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value : []
}
