import Fastify from 'fastify'
import { afterAll, test as bare, beforeAll, expect } from 'vitest'
import { createAccess } from '../../src/http/access.ts'
import { pageRoutes } from '../../src/http/page/routes.ts'
import type { Status } from '../../src/status/shape.ts'
import { hasBrowser, openBrowser } from './browser.ts'
import { job, statusOf } from './status.ts'

const test = bare.runIf(hasBrowser)
let browser: Awaited<ReturnType<typeof openBrowser>>
beforeAll(async () => {
  if (hasBrowser) browser = await openBrowser()
})
afterAll(() => browser?.[Symbol.asyncDispose]())

/** The page of a status that a test changes, at a clock that a test moves. */
async function opened(status: Status = statusOf()) {
  let shown = status
  let asked = 0
  const app = Fastify()
  app.register(pageRoutes, {
    access: createAccess({ token: null, proxied: false, ownOrigin: null, now: Date.now }),
    status: () => {
      asked++
      return shown
    },
    jobs: { request: () => ({ id: 1, coalesced: false }), stop: () => 'asked' },
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const visit = await browser.visit(url, {}, async ({ clock }) => {
    await clock.install({ time: '2026-11-22T10:00:00Z' })
    await clock.pauseAt('2026-11-22T10:00:01Z')
  })
  return {
    ...visit,
    app,
    asked: () => asked,
    show: (next: Status) => {
      shown = next
    },
    pass: (seconds: number) => visit.page.clock.runFor(seconds * 1000),
    async [Symbol.asyncDispose]() {
      await visit[Symbol.asyncDispose]()
      await app.close()
    },
  }
}

const running = (id: number, done: number) =>
  job({ id, kind: 'rebuild', status: 'running', completed_at: null, phase: 'repositories', done, total: 9 })

test('shows what has moved every four seconds, and keeps focus and scroll where they are', async () => {
  const status = statusOf({ jobs: { running: [running(7, 2)], pending: [], recent: [] } })
  await using visit = await opened(status)
  const { page, wrongs } = visit
  await page.setViewportSize({ width: 600, height: 300 })
  await page.focus('#stop-7')
  const place = () => page.evaluate('[document.activeElement.id, scrollY]')
  const before = await place()
  expect(before).toEqual(['stop-7', expect.any(Number)])
  // Another run comes before it, the list of those that ended grows, and a banner appears above.
  visit.show({
    ...status,
    verdict: { level: 'failing', sentence: 'Say `this` now.', healthy: false },
    jobs: { running: [running(8, 0), running(7, 5)], pending: [], recent: [job()] },
  })
  await visit.pass(3.9)
  expect(await page.textContent('h1')).toBe('All is well')
  await visit.pass(0.2)
  await expect.poll(() => page.textContent('h1')).toBe('Needs attention')
  expect(await page.innerHTML('.sentence')).toBe('Say <code>this</code> now.')
  expect(await page.title()).toBe('Needs attention · rfcached')
  expect(await page.getAttribute('#icon', 'href')).toBe('icon-failing.svg')
  expect(await page.textContent('#job-7')).toContain('5 of 9')
  expect(await page.locator('#jobs li').evaluateAll((lines) => lines.map(({ id }) => id))).toEqual([
    'job-8',
    'job-7',
    'job-41',
  ])
  expect(((await place()) as [string, number])[0]).toBe('stop-7')
  visit.show(statusOf())
  await visit.pass(4.1)
  await expect.poll(() => page.textContent('h1')).toBe('All is well')
  expect(wrongs).toEqual([])
})

test('leaves what did not move untouched, so that nothing is read out or selected anew', async () => {
  await using visit = await opened()
  const { page } = visit
  await page.evaluate(`window.moves = 0; new MutationObserver((moves) => (window.moves += moves.length))
    .observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true })`)
  const asked = visit.asked()
  await visit.pass(8.2)
  await expect.poll(visit.asked).toBeGreaterThan(asked)
  expect(await page.evaluate('window.moves')).toBe(0)
})

test('asks nothing while nobody looks, and at once when somebody does again', async () => {
  await using visit = await opened()
  const turn = (hidden: boolean) =>
    visit.page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'))`)
  await turn(true)
  const asked = visit.asked()
  await visit.pass(60)
  expect(visit.asked()).toBe(asked)
  await turn(false)
  await expect.poll(visit.asked).toBe(asked + 1)
})

test('says when it could not refresh, and no more once it can', async () => {
  await using visit = await opened()
  const { page } = visit
  await page.route('**/', (route) => route.abort())
  await visit.pass(4.1)
  await expect
    .poll(() => page.textContent('#notice'))
    .toMatch(/^Not refreshed since \d\d:\d\d:\d\d UTC: the daemon cannot be reached\. Trying again\.$/)
  expect(await page.isVisible('#notice')).toBe(true)
  await page.unroute('**/')
  await visit.pass(4.1)
  await expect.poll(() => page.isVisible('#notice')).toBe(false)
})

test('asks for another version’s style and script when another daemon answers', async () => {
  await using visit = await opened()
  const { page } = visit
  await page.evaluate(`document.querySelector('link[rel=stylesheet]').setAttribute('href', 'page-of-before.css')`)
  const loaded = page.waitForEvent('load')
  await visit.pass(4.1)
  await loaded
  expect(await page.getAttribute('link[rel=stylesheet]', 'href')).not.toBe('page-of-before.css')
})
