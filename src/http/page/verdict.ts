import type { Status } from '../../status/shape.ts'
import { type Html, html } from './html.ts'
import { facts } from './parts.ts'
import { reconcileNow } from './reconcile-now.ts'
import { clock, counted, spoken, when } from './words.ts'

type Level = Status['verdict']['level']
const titles: Record<Level, string> = { ok: 'All is well', warming: 'Warming up', failing: 'Needs attention' }

/** The verdict in one or two words. */
export function title({ verdict, queue }: Status): string {
  if (verdict.level === 'ok' && queue.failing.length > 0) return 'Nearly all is well'
  return titles[verdict.level]
}

/** What a visitor came for: how we are doing, in words, and the button. */
export function verdict(status: Status): Html {
  const { level, sentence } = status.verdict
  // While all is well its sentence tells the age of the copy, which nobody wants read out every few seconds.
  return html`<section id="verdict" class="card ${level}" aria-labelledby="verdict-title">
<div class="verdict">
<div class="said" aria-live="polite" aria-atomic="true">
<h1 id="verdict-title"><span class="mark" aria-hidden="true"></span>${title(status)}</h1>
<p class="sentence"${level === 'ok' && html` aria-live="off"`}>${spoken(sentence)}</p>
</div>
${reconcileNow(status)}
</div>
${keyFigures(status)}
<p class="as-of">As of <time datetime="${status.at}">${clock(status.at)}</time><span class="by-hand"> · <a href="./">look again</a></span></p>
</section>`
}

function keyFigures(status: Status): Html {
  const { at, probe, full, missed_webhooks: missed, drift } = status
  const sweep = ({ last_at, next_at }: Status['probe']) =>
    html`${when(last_at, at)}${next_at !== null && html`<small>next ${when(next_at, at)}</small>`}`
  return facts([
    ['Last probe', sweep(probe)],
    ['Last whole sweep', sweep(full)],
    ['Missed webhooks', html`${counted(missed)}<small>that a sweep made up for</small>`],
    [
      'Drift',
      drift === null
        ? html`not looked for<small><code>reconcile --once --verify</code></small>`
        : html`${counted(drift.columns, 'column')}<small>${when(drift.found_at, at)}</small>`,
    ],
  ])
}
