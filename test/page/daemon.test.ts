import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, test as bare, beforeAll, describe, expect } from 'vitest'
import { openServed, type Served } from '../stories/served.ts'
import { hasBrowser, openBrowser, picture } from './browser.ts'
import { gateBefore } from './gate.ts'

const test = bare.runIf(hasBrowser)
const soon = { timeout: 20_000 }
const token = 'a-token-that-nobody-guesses'
const proxied = { 'x-forwarded-for': '192.0.2.1' }

let browser: Awaited<ReturnType<typeof openBrowser>>
beforeAll(async () => {
  if (hasBrowser) browser = await openBrowser()
})
afterAll(() => browser?.[Symbol.asyncDispose]())

/** A daemon's ground whose Gitea is behind a gate, through which what concerns rfcs/beta may have to wait. */
async function openGated() {
  const served = await openServed()
  const gate = await gateBefore(served.configured.gitea.url, /rfcs\/beta\//)
  const file = join(served.folder, 'gated.json')
  writeFileSync(file, JSON.stringify({ ...served.configured, gitea: { ...served.configured.gitea, url: gate.url } }))
  return {
    ...served,
    gate,
    serveGated: (swept = true) => served.serve({ file, swept }),
    async [Symbol.asyncDispose]() {
      await gate[Symbol.asyncDispose]()
      await served[Symbol.asyncDispose]()
    },
  }
}

describe('the page of a daemon', () => {
  test('that is in sync says so, and lists its repositories', async () => {
    await using served = await openServed()
    served.world.commit('rfcs/meta', 'main', { 'rfcs/broken.md': '---\nslug: [\n---\n' })
    await served.serve()
    await served.settled()
    await using visit = await browser.visit(served.url)
    const { page, wrongs } = visit
    await expect.poll(() => page.textContent('h1'), soon).toBe('All is well')
    expect(await page.textContent('.sentence')).toMatch(/^In sync with Gitea/)
    expect(await page.locator('#repositories tbody tr').allInnerTexts()).toHaveLength(4)
    expect(await page.textContent('#problems')).toContain('rfcs/broken.md')
    expect(await page.isVisible('#warming')).toBe(false)
    expect(await picture(page, 'in-sync')).toEqual([])
    expect(wrongs).toEqual([])
  })

  test('in its first sweep has a banner with its progress, and no more once it is done', async () => {
    await using served = await openGated()
    served.gate.shut()
    await served.serveGated(false)
    await using visit = await browser.visit(served.url)
    const { page, wrongs } = visit
    await expect.poll(() => page.textContent('#warming'), soon).toContain('The first sweep is under way')
    await expect.poll(() => page.locator('#warming progress[max]').count(), soon).toBe(1)
    expect(await page.textContent('h1')).toBe('Warming up')
    expect(await page.title()).toBe('Warming up · rfcached')
    expect(await picture(page, 'first-sweep')).toEqual([])
    served.gate.open()
    // By itself: nobody loads the page again.
    await expect.poll(() => page.textContent('h1'), soon).toBe('All is well')
    expect(await page.isVisible('#warming')).toBe(false)
    expect(await page.title()).toBe('All is well · rfcached')
    expect(wrongs).toEqual([])
  })

  test('whose Gitea is down says so', async () => {
    await using served = await openServed()
    const file = join(served.folder, 'down.json')
    writeFileSync(
      file,
      JSON.stringify({ ...served.configured, gitea: { ...served.configured.gitea, url: 'http://127.0.0.1:9' } }),
    )
    await served.serve({ file, swept: false })
    await using visit = await browser.visit(served.url)
    const { page, wrongs } = visit
    await expect
      .poll(() => page.textContent('.sentence'), { timeout: 45_000 })
      .toContain('Nothing listens at http://127.0.0.1:9')
    expect(await page.textContent('h1')).toBe('Needs attention')
    expect(await picture(page, 'gitea-down')).toEqual([])
    expect(wrongs).toEqual([])
  })

  test('with a failed backfill names it, why, and what tries it again', async () => {
    await using served = await openServed()
    await served.serve()
    const broken = breakSearch(served)
    expect(await served.job('backfill:search-index')).toMatchObject({ status: 'failed' })
    await using visit = await browser.visit(served.url)
    const { page, wrongs } = visit
    const banner = await page.textContent('#warming')
    expect(banner).toContain('The backfill search-index failed')
    expect(banner).toContain('the disk said no')
    expect(banner).toContain('0 of 4')
    expect(banner).toContain('rfcached backfill search-index')
    expect(await page.textContent('h1')).toBe('Needs attention')
    expect(await picture(page, 'failed-backfill')).toEqual([])
    broken.mend()
    expect(await served.job('backfill:search-index')).toMatchObject({ status: 'completed' })
    await expect.poll(() => page.textContent('h1'), soon).toBe('All is well')
    expect(await page.isVisible('#warming')).toBe(false)
    expect(wrongs).toEqual([])
  })
})

/** The full-text index holds nothing any more, and takes nothing. */
function breakSearch({ database }: Served) {
  const run = (sql: string) => {
    const db = new Sqlite(database, { timeout: 10_000 })
    db.exec(sql)
    db.close()
  }
  run(`INSERT INTO rfcs_search (rfcs_search) VALUES ('delete-all'); DELETE FROM rfcs_indexed;
    CREATE TRIGGER full BEFORE INSERT ON rfcs_indexed BEGIN SELECT RAISE(ABORT, 'the disk said no'); END`)
  return { mend: () => run('DROP TRIGGER full') }
}

describe('the button', () => {
  const reconciles = ({ all }: Served) =>
    all(`SELECT * FROM jobs WHERE kind = 'reconcile' AND triggered_by = 'manual:page'`)

  test.each([true, false])(
    'asks for a reconcile, shows how far it is, also after a reload, and how it ended (JavaScript: %s)',
    async (javaScriptEnabled) => {
      await using served = await openGated()
      await served.serveGated()
      await served.settled()
      served.gate.shut()
      await using visit = await browser.visit(served.url, { javaScriptEnabled })
      const { page, wrongs } = visit
      /** Without a script a person looks again. */
      const reconcile = async () => {
        if (!javaScriptEnabled) await page.reload()
        return page.textContent('#reconcile')
      }
      await page.click('#reconcile-now')
      await expect.poll(reconcile, soon).toContain('Reconciling …')
      expect(new URL(page.url()).pathname).toBe('/')
      expect(reconciles(served)).toHaveLength(1)
      await page.reload()
      await expect.poll(() => page.locator('#reconcile progress').count(), soon).toBe(1)
      if (javaScriptEnabled) expect(await picture(page, 'reconciling')).toEqual([])
      await page.click('#reconcile-now', { force: true })
      served.gate.open()
      await expect.poll(reconcile, soon).toMatch(/Reconcile now\s*The last one: completed/)
      expect(reconciles(served)).toHaveLength(1)
      expect(wrongs).toEqual([])
    },
  )

  test('beside it stops a run', async () => {
    await using served = await openGated()
    await served.serveGated()
    await served.settled()
    served.gate.shut()
    await using visit = await browser.visit(served.url)
    await visit.page.click('#reconcile-now')
    await visit.page.click('#jobs button:has-text("Stop")')
    await expect.poll(() => visit.page.textContent('#reconcile'), soon).toMatch(/failed.*stopped by manual:page/)
    expect(visit.wrongs).toEqual([])
  })
})

test('who comes through a proxy signs in first, and not with a wrong token', async () => {
  await using served = await openServed()
  const file = join(served.folder, 'token.json')
  writeFileSync(join(served.folder, 'api-token'), token)
  writeFileSync(file, JSON.stringify({ ...served.configured, api: { tokenFile: 'api-token' } }))
  await served.serve({ file })
  await using visit = await browser.visit(served.url, { extraHTTPHeaders: proxied })
  const { page, wrongs } = visit
  expect(new URL(page.url()).pathname).toBe('/sign-in')
  expect(await picture(page, 'sign-in')).toEqual([])
  expect(wrongs).toEqual([])
  await page.fill('#token', 'wrong')
  await page.press('#token', 'Enter')
  expect(await page.textContent('#wrong')).toBe('That is not the API token.')
  expect(await page.context().cookies()).toEqual([])
  // The browser itself notes the 401.
  expect(wrongs.splice(0)).toEqual([expect.stringContaining('401')])
  await page.fill('#token', token)
  await page.click('button')
  await page.waitForSelector('#verdict')
  const [cookie] = await page.context().cookies()
  expect(cookie).toMatchObject({
    name: 'rfcached_session',
    httpOnly: true,
    sameSite: 'Strict',
    secure: false,
    path: '/',
  })
  expect(cookie?.value).not.toContain(token)
  await page.click('#reconcile-now')
  await expect.poll(() => page.textContent('#reconcile'), soon).toContain('The last one')
  await page.click('text=Sign out')
  await page.waitForSelector('#token')
  await page.goto(served.url)
  expect(new URL(page.url()).pathname).toBe('/sign-in')
  expect(wrongs).toEqual([])
})
