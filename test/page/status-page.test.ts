import { describe, expect, test } from 'vitest'
import { statusPage } from '../../src/http/page/status-page.ts'
import type { Status } from '../../src/status/shape.ts'
import { job, statusOf } from './status.ts'

const pageOf = (other: Partial<Status>) => statusPage(statusOf(other), { signedIn: false })
/** A part of the page by its id, and the lines of its lists. */
const part = (page: string, id: string) => new RegExp(`<section id="${id}"[^]*?</section>`).exec(page)?.[0] ?? ''
const lines = (text: string) => [...text.matchAll(/<li/g)].length

describe('a list of what is wrong', () => {
  const more = 'and 950 more: <code>rfcached status --json</code> lists all'
  const numbers = Array.from({ length: 1000 }, (_, at) => at)

  test('of a thousand entries is fifty lines, how many there are, and the command that lists all', () => {
    const problems = numbers.map((at) => ({ path: `rfcs/${at}.md`, message: 'The title is missing.' }))
    const shown = part(pageOf({ problems }), 'problems')
    expect(lines(shown)).toBe(50)
    expect(shown).toContain('<span class="count">1,000</span>')
    expect(shown).toContain(more)
    expect(part(pageOf({ problems: problems.slice(0, 50) }), 'problems')).not.toContain('more')
  })

  test('of a thousand targets, too', () => {
    const failing = numbers.map((at) => ({ target: `rfc-repo/${at}`, failures: 1, error: 'e', next_try_at: null }))
    const shown = part(pageOf({ queue: { depth: 1000, under_way: 0, oldest_at: null, failing } }), 'queue')
    expect(lines(shown)).toBe(50)
    expect(shown).toContain(more)
  })
})

describe('the heading', () => {
  const heading = (other: Partial<Status> = {}) =>
    /<h1 [^>]*>(.*)<\/h1>/.exec(pageOf(other))?.[1]?.replace(/<[^>]*>/g, '')
  const said = (level: Status['verdict']['level']) => ({ verdict: { level, sentence: 'So it is.', healthy: true } })

  test('says in a word or two how we are doing', () => {
    expect(heading()).toBe('All is well')
    expect(heading(said('warming'))).toBe('Warming up')
    expect(heading(said('failing'))).toBe('Needs attention')
  })

  test('does not say that all is well while something cannot be read', () => {
    const failing = [{ target: 'rfc-repo/7', failures: 1, error: 'e', next_try_at: null }]
    expect(heading({ queue: { depth: 1, under_way: 0, oldest_at: null, failing } })).toBe('Nearly all is well')
  })
})

describe('the banner of the first sweep', () => {
  const banner = (other: Partial<Status>) => part(pageOf(other), 'warming')
  const first = { lag_seconds: null }

  test('shows how far it is', () => {
    const sweep = job({ kind: 'reconcile', status: 'running', phase: 'branches and pulls', done: 3, total: 9 })
    const shown = banner({ ...first, jobs: { running: [sweep], pending: [], recent: [] } })
    expect(shown).toContain('<h2>The first sweep is under way</h2>')
    expect(shown).toContain('max="9" value="3"')
    expect(shown).toContain('branches and pulls · 3 of 9')
  })

  test('says that it waits', () => {
    expect(banner({ ...first, jobs: { running: [], pending: [], recent: [] } })).toContain('The first sweep is waiting')
  })

  test('says why it failed, and what tries it again', () => {
    const failed = job({ kind: 'reconcile', status: 'failed', error_message: 'Nothing listens there.' })
    const shown = banner({ ...first, jobs: { running: [], pending: [], recent: [failed] } })
    expect(shown).toContain('<h2>The first sweep failed</h2>')
    expect(shown).toContain('Nothing listens there.')
    expect(shown).toContain('rfcached reconcile --once')
  })

  test('is not there once a sweep was complete, whatever else runs', () => {
    const sweep = job({ kind: 'reconcile', status: 'running', phase: 'entries', done: 3, total: 9 })
    expect(banner({ jobs: { running: [sweep], pending: [], recent: [] } })).toMatch(
      /^<section id="warming" [^>]*hidden><\/section>$/,
    )
  })
})
