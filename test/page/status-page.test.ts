import { describe, expect, test } from 'vitest'
import { statusPage } from '../../src/http/page/status-page.ts'
import type { Status } from '../../src/status/shape.ts'
import { statusOf } from './status.ts'

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
