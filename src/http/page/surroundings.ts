import type { Status } from '../../status/shape.ts'
import { size } from '../../status/words.ts'
import { type Html, html } from './html.ts'
import { facts, section } from './parts.ts'
import { counted } from './words.ts'

/** How Gitea answers. */
export function giteaCard({ gitea }: Status): Html {
  const { url, version, latency_ms, requests, errors, refused } = gitea
  const figures = facts([
    ['Address', html`<a href="${url}" rel="noreferrer">${url}</a>`],
    ['Version', version ?? 'not known yet'],
    ['Answers in', latency_ms === null ? '–' : `${counted(Math.round(latency_ms))} ms`],
    ['Requests', html`${counted(requests)}<small>${counted(errors, 'error')}</small>`],
  ])
  return section('gitea', 'Gitea', html`${figures}${refused !== null && html`<p class="message">${refused}</p>`}`)
}

/** The file. */
export function databaseCard({ database, leader }: Status): Html {
  return section(
    'database',
    'Database',
    facts([
      ['File', html`<code>${database.path}</code>`],
      ['Size', html`${size(database.bytes)}<small>${size(database.wal_bytes)} in the WAL</small>`],
      ['Schema', counted(database.schema)],
      ['Worked on by', html`<code>${leader ?? 'nobody'}</code>`],
    ]),
  )
}
