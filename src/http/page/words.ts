import { lasting } from '../../status/words.ts'
import { type Html, html, type Part } from './html.ts'

/** A time as people say it, seen from `now`; both RFC 3339 in UTC. Null: never. */
export function when(at: string | null, now: string): Part {
  if (at === null) return 'never'
  return html`<time datetime="${at}" title="${at.slice(0, 10)} ${clock(at)}">${distance(at, now)}</time>`
}

/** The time of day of an RFC 3339 time in UTC. */
export function clock(at: string): string {
  return `${at.slice(11, 19)} UTC`
}

function distance(at: string, now: string): string {
  const seconds = Math.round((Date.parse(now) - Date.parse(at)) / 1000)
  if (Math.abs(seconds) < 2) return 'just now'
  return seconds > 0 ? `${lasting(seconds)} ago` : `in ${lasting(-seconds)}`
}

/** How long something took, or nothing while it is not known. */
export function span(from: string | null, to: string | null): string | null {
  if (from === null || to === null) return null
  const seconds = Math.round((Date.parse(to) - Date.parse(from)) / 1000)
  return seconds < 1 ? 'under a second' : lasting(seconds)
}

const numbers = new Intl.NumberFormat('en')

/** A number with its thousands apart, and of what; the many have an s. */
export function counted(count: number, what = ''): string {
  const word = what === '' ? '' : ` ${count === 1 || what.endsWith(' ') ? what.trim() : `${what}s`}`
  return `${numbers.format(count)}${word}`
}

/** A sentence of ours whose `commands` stand out. */
export function spoken(sentence: string): Html {
  const parts = sentence.split('`')
  // The last backtick without a partner is only one.
  const pairs = parts.length % 2 === 1
  return html`${pairs ? parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part)) : sentence}`
}
