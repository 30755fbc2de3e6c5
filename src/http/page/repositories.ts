import type { Status } from '../../status/shape.ts'
import { type Html, html, type Part } from './html.ts'
import { pill, section, type Tone, table, wrongs } from './parts.ts'
import { counted, when } from './words.ts'

type Repository = Status['repositories'][number]

/** In the order in which they are shown. */
const tones: Record<Repository['state'], Tone> = {
  failing: 'bad',
  'never read': 'busy',
  refreshing: 'busy',
  waiting: 'quiet',
  fresh: 'good',
}
const order = Object.keys(tones)
/** The page is fetched every few seconds: of very many that are well, the rest is counted. */
const mostShown = 200

/** Every repository and how fresh what is held of it is; those that fail come first. */
export function repositories({ repositories: all, gitea, at }: Status): Html {
  const sorted = all.toSorted(
    (a, b) => order.indexOf(a.state) - order.indexOf(b.state) || (a.full_name < b.full_name ? -1 : 1),
  )
  const shown = sorted.slice(0, mostShown)
  const rows = shown.map((one): Part[] => [
    link(gitea.url, one.full_name),
    one.rfc_slug === null ? html`<small>meta repository</small>` : one.rfc_slug,
    pill(tones[one.state], one.state),
    when(one.confirmed_at, at),
    one.error !== null && html`<span class="message">${one.error}</span>`,
  ])
  const body =
    rows.length > 0
      ? table('Repositories', ['Repository', 'RFC', 'State', 'Confirmed', 'Error'], rows)
      : html`<p class="none">None is known yet.</p>`
  const rest = all.length > shown.length && html`<p class="none">and ${counted(all.length - shown.length)} more</p>`
  return section(
    'repositories',
    'Repositories',
    html`${body}${rest}`,
    html`<span class="count">${counted(all.length)}</span>`,
  )
}

function link(gitea: string, name: string): Html {
  const path = name.split('/').map(encodeURIComponent).join('/')
  return html`<a href="${gitea.replace(/\/+$/, '')}/${path}" rel="noreferrer">${name}</a>`
}

/** The entries that their authors should mend. */
export function problems({ problems: all, lag_seconds }: Status): Html {
  const none = lag_seconds === null ? 'None is known yet.' : 'Every entry can be read.'
  const lines = all.map(({ path, message }) => html`<li><code>${path}</code><p class="message">${message}</p></li>`)
  const body = lines.length > 0 ? wrongs(lines) : html`<p class="none">${none}</p>`
  return section('problems', 'Entries with problems', body, html`<span class="count">${counted(all.length)}</span>`)
}
