import type { Status } from '../../status/shape.ts'
import { type Html, html, type Part } from './html.ts'
import { facts, section, wrongs } from './parts.ts'
import { counted, when } from './words.ts'

/** What is asked for, and what of it cannot be read. */
export function queue({ queue: { depth, under_way, oldest_at, failing }, at }: Status): Html {
  const lines = failing.map(
    ({ target, failures, error, next_try_at }) =>
      html`<li><p class="job"><code>${target}</code><span class="by">${counted(failures, 'failure')}, ${again(next_try_at, at)}</span></p>
<p class="message">${error}</p></li>`,
  )
  const figures = facts([
    ['Waiting', counted(depth)],
    ['Under way', counted(under_way)],
    ['Oldest', oldest_at === null ? '–' : when(oldest_at, at)],
  ])
  const failures = lines.length > 0 && html`<h3>Cannot be read</h3>${wrongs(lines)}`
  return section('queue', 'Queue', html`${figures}${failures}`)
}

function again(next: string | null, now: string): Part {
  return next !== null && next > now ? html`again ${when(next, now)}` : 'again in a moment'
}

const reasons: Record<string, string> = {
  '400': 'not JSON',
  '401': 'wrong signature',
  '413': 'too large',
  '415': 'wrong content type',
  '503': 'the database took nothing',
}

/** The webhooks that came. */
export function deliveries({ deliveries: { accepted, last_at, refused }, at }: Status): Html {
  const refusals = Object.entries(refused)
  const figures = facts([
    ['Accepted', counted(accepted)],
    ['Last', when(last_at, at)],
    ['Refused', counted(refusals.reduce((sum, [, count]) => sum + count, 0))],
  ])
  const lines = refusals.map(
    ([code, count]) =>
      html`<li class="job">${reasons[code] ?? 'refused'} <small>${code}</small><b class="by">${counted(count)}</b></li>`,
  )
  const why = lines.length > 0 && html`<h3>Refused since the service began</h3><ul class="lines">${lines}</ul>`
  return section('deliveries', 'Deliveries', html`${figures}${why}`)
}
