import type { z } from 'zod'
import { type FakeAnswer, type FakeRequest, json, Refusal } from './answer.ts'
import { canAdminister, canRead, canWrite } from './state/access.ts'
import { findRepo, fullName, type Repo } from './state/repo.ts'
import type { State } from './state/state.ts'
import type { User } from './state/user.ts'

/** One request on its route: who asks, what for, and the fake's state. */
export type Call = {
  state: State
  request: FakeRequest
  /** The path below /api/v1, undecoded. */
  path: string
  /** What the route's `:names` and `*` stood for, decoded. */
  params: Record<string, string>
  query: URLSearchParams
  caller: User | undefined
}

/** A part of the path; a route that asks for one it does not declare is a bug. */
export function param(call: Call, name: string): string {
  const value = call.params[name]
  if (value === undefined) throw new Error(`the route has no :${name}`)
  return value
}

/** The repository of the path as the caller may see it: a private one is absent to strangers, an old name redirects. */
export function repoOf(call: Call): Repo {
  const { state } = call
  const owner = param(call, 'owner')
  const name = param(call, 'repo')
  const repo = findRepo(state, owner, name)
  if (repo && canRead(state, call.caller, repo)) return repo
  if (!repo) followMove(call, owner, name)
  throw absent(call)
}

/** The same, for those who may push. */
export function writableRepo(call: Call): Repo {
  const repo = repoOf(call)
  if (!canWrite(call.state, call.caller, repo))
    throw forbidden(call, 'user should have a permission to write to this repo')
  return repo
}

/** The same, for those who may change settings. */
export function administeredRepo(call: Call): Repo {
  const repo = repoOf(call)
  if (!canAdminister(call.state, call.caller, repo)) {
    throw forbidden(call, 'user should be an owner or a collaborator with admin write of a repository')
  }
  return repo
}

/** Renamed repositories answer 301 on Gitea and 307 on Forgejo 7; of a renamed organisation's, Gitea 1.26.1 says 307. */
function followMove(call: Call, owner: string, name: string): void {
  const { state } = call
  const movedId = state.moved.get(`${owner}/${name}`.toLowerCase())
  const moved = movedId === undefined ? undefined : state.repos.get(movedId)
  if (moved) throw redirect(call, `${owner}/${name}`, fullName(state, moved), state.dialect.forgejo ? 307 : 301)
  const user = state.users.get(state.renamed.get(owner.toLowerCase()) ?? -1)
  if (user) throw redirect(call, owner, user.login, state.dialect.since(23) || state.dialect.forgejo ? 307 : 301)
}

function redirect(call: Call, from: string, to: string, status: 301 | 307): Refusal {
  const location = call.request.path.replace(from, to)
  const words = status === 301 ? 'Moved Permanently' : 'Temporary Redirect'
  const headers = { 'Content-Type': 'text/html; charset=utf-8', Location: location }
  return new Refusal({ status, headers, body: Buffer.from(`<a href="${location}">${words}</a>.\n\n`) })
}

/** An error as the server's version words it. */
export function failure(call: Call, status: number, message: string): Refusal {
  return new Refusal(json(status, { message, [docs(call)]: `${call.state.url}/api/swagger` }))
}

/** Something that is not there, or not for this caller. */
export function absent(call: Call, errors: string[] | null = null, message?: string): Refusal {
  const { dialect, url } = call.state
  const words = dialect.forgejo ? "The target couldn't be found." : dialect.since(16) ? 'not found' : 'Not Found'
  const link = `${url}/api/swagger`
  const inOrder = dialect.since(16)
    ? { errors, message: message ?? words, url: link }
    : { documentation_url: link, errors, message: message ?? words }
  return new Refusal(json(404, inOrder))
}

/** Not for this caller, who may know that it exists. */
export function forbidden(call: Call, message: string): Refusal {
  return failure(call, 403, message)
}

function docs(call: Call): string {
  return call.state.dialect.since(16) ? 'url' : 'documentation_url'
}

/** Who asks; nobody signed in is refused. */
export function signedIn(call: Call): User {
  if (!call.caller) throw failure(call, 401, 'token is required')
  return call.caller
}

/** The body as the route expects it; anything else is 422, as the servers answer a form that does not bind. */
export function bodyOf<T>(call: Call, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseJson(call.request.body.toString()))
  if (!parsed.success) throw failure(call, 422, parsed.error.issues[0]?.message ?? 'invalid')
  return parsed.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text)
  } catch {
    return undefined
  }
}

export type Route = (call: Call) => FakeAnswer
