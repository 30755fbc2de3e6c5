import { HttpRequestInterceptor } from '@mswjs/interceptors/http'
import { HttpResponse, http } from 'msw'
import { defineNetwork, InterceptorSource } from 'msw/experimental'
import { afterAll, afterEach, beforeAll } from 'vitest'

/** Where the Gitea of these tests would live; nothing ever leaves the process. */
export const origin = 'http://gitea.test'

/** A request as it left the client: path and query, and every header. */
export type Asked = { path: string; headers: Record<string, string> }

/** What to answer to the nth request for a path; an `Error` breaks the connection. */
export type Script = (path: string, nth: number) => Response | Promise<Response> | Error

const network = defineNetwork({
  sources: [new InterceptorSource({ interceptors: [new HttpRequestInterceptor()] })],
  handlers: [],
  onUnhandledFrame: 'error',
  context: { quiet: true },
})

/** Intercepts undici in this test file, which msw's own setupServer does not. */
export function interceptNetwork(): void {
  beforeAll(() => network.enable())
  afterEach(() => network.resetHandlers())
  afterAll(() => network.disable())
}

/** Answers every request as the script says, and keeps what was asked. */
export function answer(script: Script): Asked[] {
  const asked: Asked[] = []
  network.use(
    http.all('*', async ({ request }) => {
      const url = new URL(request.url)
      const path = url.pathname + url.search
      const nth = asked.filter((one) => one.path === path).length
      asked.push({ path, headers: Object.fromEntries(request.headers) })
      const answered = await script(path, nth)
      return answered instanceof Error ? HttpResponse.error() : answered
    }),
  )
  return asked
}

/** A JSON answer as Gitea gives it. */
export function json(body: unknown, headers: Record<string, string> = {}, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json;charset=utf-8', ...headers },
  })
}

/** Gitea's answer for what is not there. */
export function absent(): Response {
  return json({ errors: null, message: 'Not Found' }, {}, 404)
}
