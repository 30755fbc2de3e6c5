import type { Status } from '../../status/shape.ts'
import { lastSweep, runningSweep } from '../../status/sweeps.ts'
import { type Html, html, type Part } from './html.ts'
import { progress } from './parts.ts'
import { spoken } from './words.ts'

/** What is still being filled, or could not be: the first sweep and backfills; the section is there, empty, when there is nothing to say. */
export function warming(status: Status): Html {
  const notes = [firstSweep(status), ...status.backfills.map(backfill)].filter((note) => note !== null)
  return html`<section id="warming" aria-label="Warming up"${notes.length === 0 && html` hidden`}>${notes}</section>`
}

function firstSweep(status: Status): Part {
  if (status.lag_seconds !== null) return null
  const sweep = runningSweep(status)
  if (sweep)
    return note(
      'busy',
      'The first sweep is under way',
      html`<p>The copy is not complete yet.</p>${progress('Progress of the first sweep', sweep)}`,
    )
  const last = lastSweep(status)
  if (last?.status === 'failed')
    return note(
      'bad',
      'The first sweep failed',
      html`<p class="message">${last.error_message}</p><p>It is tried again by itself; <code>rfcached reconcile --once</code> tries it now.</p>`,
    )
  return note('busy', 'The first sweep is waiting', html`<p>The copy is not complete yet.</p>`)
}

function backfill(one: Status['backfills'][number]): Part {
  if (one.status === 'completed') return null
  if (one.status === 'failed') {
    const again = one.retry !== null && html`<p>To try it again: <code>${one.retry}</code></p>`
    return note(
      'bad',
      `The backfill ${one.name} failed`,
      html`<p class="message">${spoken(one.error_message ?? 'It did not say why.')}</p>${far(one)}${again}`,
    )
  }
  if (one.retry !== null)
    return note(
      'bad',
      `The backfill ${one.name} was ${one.error_message}`,
      html`${far(one)}<p>To go on with it: <code>${one.retry}</code></p>`,
    )
  const title =
    one.status === 'running' ? `The backfill ${one.name} is under way` : `The backfill ${one.name} is waiting`
  return note('busy', title, html`<p>Readers are not held up meanwhile.</p>${far(one)}`)
}

function far(one: Status['backfills'][number]): Part {
  return one.total > 0 && progress(`Progress of the backfill ${one.name}`, { ...one, phase: 'rows' })
}

function note(tone: 'busy' | 'bad', title: string, body: Html): Html {
  return html`<div class="banner ${tone}"><h2>${title}</h2>${body}</div>`
}
