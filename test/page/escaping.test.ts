import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { html } from '../../src/http/page/html.ts'
import { signInPage } from '../../src/http/page/sign-in.ts'
import { statusPage } from '../../src/http/page/status-page.ts'
import type { Status } from '../../src/status/shape.ts'
import { job, statusOf } from './status.ts'

const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;`
const escaped =
  '&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;&#60;img src=x onerror=&#39;alert(2)&#39;&#62;&#38;lt;'

describe('a template', () => {
  test('escapes text, and leaves what a template made', () => {
    expect(html`<p title="${hostile}">${hostile}</p>`.toString()).toBe(`<p title="${escaped}">${escaped}</p>`)
    expect(html`<ul>${[html`<li>${'<'}</li>`, html`<li>${1}</li>`]}</ul>`.toString()).toBe(
      '<ul><li>&#60;</li><li>1</li></ul>',
    )
  })

  test('leaves nothing out but nothing', () => {
    expect(html`${null}${undefined}${false}${[]}${0}${''}`.toString()).toBe('0')
  })

  test('takes no object for HTML that only looks like it', () => {
    const forged = JSON.parse('{"text":"<b>","toString":null}')
    expect(() => html`${forged}`.toString()).toThrow(TypeError)
    expect(html`${['<b>'] as string[]}`.toString()).toBe('&#60;b&#62;')
  })

  test('has every attribute in double quotes', () => {
    const folder = fileURLToPath(new URL('../../src/http/page/', import.meta.url))
    const texts = globSync('*.ts', { cwd: folder })
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .filter((text) => text.includes('html`'))
    expect(texts.length).toBeGreaterThan(8)
    for (const text of texts) expect(text).not.toMatch(/\s[\w-]+='?\$\{/)
  })
})

describe('the page', () => {
  test('shows hostile titles, errors and names as they are, in whatever place of the status', () => {
    const text = statusPage(poisoned(everyKind()), { signedIn: true })
    expect(text).toContain(escaped)
    expect(text).not.toContain('<script>')
    expect(text).not.toContain('<img')
    expect(text).not.toMatch(/\son\w+=(?!&#39;alert)/)
    expect([...text.matchAll(/<script/g)]).toHaveLength(1)
  })

  test('has no style and no handler of its own in it, which its policy would refuse', () => {
    expect(statusPage(everyKind(), { signedIn: true })).not.toMatch(/<style|\sstyle="|\son\w+="|javascript:/)
  })

  test('asks nobody else for anything', () => {
    const links = [...statusPage(everyKind(), { signedIn: true }).matchAll(/(?:src|href|action)="([^"]*)"/g)].map(
      ([, to = '']) => to,
    )
    const elsewhere = links.filter((to) => /^(?:\w+:|\/)/.test(to))
    expect(elsewhere.filter((to) => !to.startsWith('https://git.example.org'))).toEqual([])
    expect(links.length).toBeGreaterThan(5)
  })

  test('of the sign-in says what was wrong, escaped', () => {
    expect(signInPage(hostile)).toContain(escaped)
  })
})

/** A status that has one of everything. */
function everyKind(): Status {
  const status = statusOf()
  return {
    ...status,
    verdict: { level: 'failing', sentence: 'Say `this` now.', healthy: false },
    lag_seconds: null,
    queue: {
      depth: 2,
      under_way: 1,
      oldest_at: status.at,
      failing: [{ target: 't', failures: 2, error: 'e', next_try_at: null }],
    },
    deliveries: { ...status.deliveries, refused: { '401': 2, '999': 1 } },
    jobs: {
      running: [
        job({ kind: 'reconcile', status: 'running', phase: 'p', done: 1, total: 5, rate: 1.5, eta_seconds: 3 }),
      ],
      pending: [job({ id: 2, status: 'pending', stop_by: 'somebody' })],
      recent: [job({ id: 3, status: 'failed', error_message: 'e' })],
    },
    backfills: (['failed', 'running', 'pending'] as const).map((status) => ({
      name: 'b',
      status,
      done: 1,
      total: 5,
      rate: null,
      eta_seconds: null,
      error_message: 'e',
      retry: 'r',
    })),
    repositories: [
      ...status.repositories,
      { full_name: 'rfcs/x', rfc_slug: 'x', state: 'failing', confirmed_at: null, error: 'e' },
    ],
    problems: [{ path: 'rfcs/x.md', message: 'm' }],
    drift: { found_at: status.at, columns: 2 },
    gitea: { ...status.gitea, refused: 'r' },
  }
}

/** The same with every free text hostile. */
function poisoned(status: Status): Status {
  const fixed = /^(?:status|state|level|kind)$/
  return JSON.parse(JSON.stringify(status), (key, value) =>
    typeof value === 'string' && !fixed.test(key) ? hostile : value,
  )
}
