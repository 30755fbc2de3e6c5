import type { Door } from '../../src/gitea/door.ts'

/** Somebody the site knows, and how they say who they are. */
export type Person = { login: string; authorization: string }

/** A server that is driven by its HTTP API alone; a path begins below api/v1. */
export type Site = ReturnType<typeof openSite>

type Options = { by?: Person; body?: unknown }

/** The server said no: what was asked cannot be done in the state things are in. */
export class Refused extends Error {
  readonly status: number
  constructor(method: string, path: string, status: number, text: string) {
    super(`${method} ${path} was answered ${status}: ${text.slice(0, 300)}`)
    this.status = status
  }
}

/** `settle` waits until the server's own queues are through, `now` is the server's clock in ms. */
export function openSite(options: {
  url: string
  door: Door
  root: Person
  settle: () => Promise<void>
  now: () => number
}) {
  const { door, root } = options

  async function ask(method: string, path: string, { by = root, body }: Options = {}) {
    const headers = { authorization: by.authorization, 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await door({ method, path: `/api/v1${path}`, headers, ...sent })
    const location = answer.headers.location
    if (answer.status < 300 || answer.status >= 400 || !location) return answer
    const to = new URL(location, options.url)
    return door({ method, path: to.pathname + to.search, headers, ...sent })
  }

  async function call<T>(method: string, path: string, said: Options = {}): Promise<T> {
    const { status, body } = await ask(method, path, said)
    const text = Buffer.from(body).toString()
    if (status >= 300) throw new Refused(method, path, status, text)
    return JSON.parse(text || 'null')
  }

  /** What a path shows; null where nothing is, also in an empty repository. */
  async function find<T>(path: string): Promise<T | null> {
    const { status, body } = await ask('GET', path)
    if ([400, 404, 409].includes(status)) return null
    const text = Buffer.from(body).toString()
    if (status >= 300) throw new Refused('GET', path, status, text)
    return JSON.parse(text)
  }

  return {
    ...options,
    call,
    find,
    /** Every item of a paged list, page by page until one is empty. */
    async list<T>(path: string): Promise<T[]> {
      const items: T[] = []
      for (let page = 1; ; page++) {
        const more = await find<T[]>(`${path}${path.includes('?') ? '&' : '?'}limit=50&page=${page}`)
        if (!more || more.length === 0) return items
        items.push(...more)
      }
    },
  }
}

/** A name inside a path. */
export function part(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/')
}
