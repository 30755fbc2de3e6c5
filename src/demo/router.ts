import { type FakeAnswer, type FakeRequest, noRoute, nothing, Refusal } from './answer.ts'
import type { Route } from './call.ts'
import { checkScope, credentialsOf, type Scope } from './caller.ts'
import type { State } from './state/state.ts'

/** One line of the API: its scope is what a token must have been given. */
export type RouteLine = {
  method: string
  pattern: string
  scope: Scope | undefined
  route: Route
  exists?: (state: State) => boolean
}

type Compiled = RouteLine & { parts: string[] }

/** Answers requests by the first line whose pattern fits; `:name` stands for a segment, a last `*` for all the rest. */
export function router(lines: RouteLine[]): (state: State, request: FakeRequest) => FakeAnswer {
  const compiled = lines.map((line) => ({ ...line, parts: line.pattern.split('/') }))
  return (state, request) => {
    try {
      return answer(compiled, state, request)
    } catch (error) {
      if (error instanceof Refusal) return error.answer
      if (error instanceof URIError) return nothing(400)
      throw error
    }
  }
}

function answer(lines: Compiled[], state: State, request: FakeRequest): FakeAnswer {
  const { pathname: path, search: query } = split(below(state, request.path))
  const fitting = lines.filter((line) => (line.exists?.(state) ?? true) && fits(line.parts, path.split('/')))
  const line = fitting.find(({ method }) => method === request.method)
  if (!line) return unroutable(state, request, fitting)
  const credentials = credentialsOf(state, request)
  checkScope(state, credentials, request.method, line.scope)
  const params = paramsOf(line.parts, path.split('/'))
  return line.route({ state, request, path, params, query: new URLSearchParams(query), caller: credentials.caller })
}

/** Forgejo 7.0.0 looks at the credentials even where no route leads, Gitea 1.26.1 does not. */
function unroutable(state: State, request: FakeRequest, fitting: Compiled[]): FakeAnswer {
  if (state.dialect.forgejo) credentialsOf(state, request)
  if (fitting.length === 0) return noRoute()
  return { ...nothing(405), headers: { Allow: fitting.map(({ method }) => method).join(',') } }
}

function split(path: string): { pathname: string; search: string } {
  const mark = path.indexOf('?')
  return mark < 0 ? { pathname: path, search: '' } : { pathname: path.slice(0, mark), search: path.slice(mark) }
}

/** The path below /api/v1; a server may itself live below a path. */
function below(state: State, path: string): string {
  const root = new URL(state.url).pathname.replace(/\/$/, '')
  const inner = path.startsWith(`${root}/`) ? path.slice(root.length) : path
  return inner.startsWith('/api/v1/') ? inner.slice('/api/v1'.length) : ''
}

function fits(parts: string[], segments: string[]): boolean {
  const open = parts.at(-1) === '*'
  if (open ? segments.length < parts.length : segments.length !== parts.length) return false
  return parts.every((part, at) => part === '*' || (part.startsWith(':') ? segments[at] !== '' : part === segments[at]))
}

function paramsOf(parts: string[], segments: string[]): Record<string, string> {
  const params: Record<string, string> = {}
  for (const [at, part] of parts.entries()) {
    if (part === '*') params['*'] = segments.slice(at).map(decodeURIComponent).join('/')
    else if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(segments[at] ?? '')
  }
  return params
}
