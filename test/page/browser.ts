import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const executablePath = places.find((path): path is string => path !== undefined && existsSync(path))

/** Whether there is a browser to look with. */
export const hasBrowser = executablePath !== undefined

if (!hasBrowser)
  process.stderr.write('The page is not looked at: no Chromium is installed. Install it, or name it in CHROMIUM.\n')

const artefacts = fileURLToPath(new URL('../../artefacts/', import.meta.url))
const widths = { wide: 1280, narrow: 360 }

/** A browser that notes whatever a page should not do. */
export async function openBrowser() {
  const browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] })
  return {
    visit: async (url: string, options: BrowserContextOptions = {}, prepare?: Prepare): Promise<Visit> =>
      visit(await browser.newContext(options), url, prepare),
    [Symbol.asyncDispose]: () => browser.close(),
  }
}

type Prepare = (page: Page) => Promise<void>
type Visit = { page: Page; wrongs: string[]; [Symbol.asyncDispose]: () => Promise<void> }

async function visit(
  context: Awaited<ReturnType<Awaited<ReturnType<typeof chromium.launch>>['newContext']>>,
  url: string,
  prepare: Prepare = async () => {},
): Promise<Visit> {
  const page = await context.newPage()
  // Errors of scripts, refusals by the policy, requests that failed and those to anybody else.
  const wrongs: string[] = []
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && wrongs.push(message.text()))
  page.on('pageerror', (error) => wrongs.push(error.message))
  page.on('request', (request) => new URL(request.url()).host !== new URL(url).host && wrongs.push(request.url()))
  await prepare(page)
  await page.goto(url)
  return { page, wrongs, [Symbol.asyncDispose]: () => context.close() }
}

/** Keeps the page as it looks wide and narrow, light and dark; gives the names of those that scroll sideways. */
export async function picture(page: Page, name: string): Promise<string[]> {
  mkdirSync(artefacts, { recursive: true })
  const before = page.viewportSize()
  const tooWide: string[] = []
  for (const [size, width] of Object.entries(widths))
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 900 })
      const file = `${name}-${size}-${colorScheme}.png`
      await page.screenshot({ path: `${artefacts}${file}`, fullPage: true, animations: 'disabled' })
      if (await page.evaluate('document.documentElement.scrollWidth > innerWidth')) tooWide.push(file)
    }
  if (before) await page.setViewportSize(before)
  return tooWide
}
