import { counted } from '../../rules/counted.ts'
import type { Status } from '../../status/shape.ts'
import { size } from '../../status/words.ts'
import { type Part, shortened, when } from './words.ts'

/** Who works on the file, and since when whoever answers does. */
export function service({ version, leader, started_at, at }: Status): Part {
  const since = started_at === null ? '' : `, began ${when(started_at, at)}`
  return [`rfcached ${version}${since}${leader === null ? '; nobody works on the file' : ` as ${leader}`}`]
}

/** Webhooks: what came, what was refused, what did not come. */
export function deliveries({ deliveries: { accepted, last_at, refused }, missed_webhooks, at }: Status): Part {
  const last = last_at === null ? '' : `, the last ${when(last_at, at)}`
  const reasons = Object.entries(refused).map(([status, count]) => `${count} with ${status}`)
  const no = reasons.length === 0 ? '' : `; refused ${reasons.join(', ')}`
  const missed = missed_webhooks === 0 ? '' : `; ${counted(missed_webhooks, 'change')} came without one`
  return [`${accepted} kept${last}${no}${missed}`]
}

/** How many are how, and those that fail. */
export function repositories({ repositories: all }: Status): Part {
  const counts = Map.groupBy(all, ({ state }) => state)
  const first = [...counts].map(([state, those]) => `${those.length} ${state}`).join(', ')
  const failing = all.flatMap(({ full_name, error }) => (error === null ? [] : `${full_name}: ${error}`))
  return [first || 'none yet', ...shortened(failing)]
}

/** What authors should mend. */
export function entries({ problems }: Status): Part {
  const first = problems.length === 0 ? 'no problems' : counted(problems.length, 'problem')
  return [first, ...shortened(problems.map(({ path, message }) => `${path}: ${message}`))]
}

/** What the last comparison with Gitea found. */
export function drift({ drift: found, at }: Status): Part {
  if (found === null) return ['never compared with Gitea']
  const what = found.columns === 0 ? 'none' : `${counted(found.columns, 'column')} differed`
  return [`${what}, compared ${when(found.found_at, at)}`]
}

/** The server and how it answers. */
export function gitea({ gitea: { url, version, latency_ms, requests, errors } }: Status): Part {
  const answers = latency_ms === null ? [] : [`answers in ${latency_ms} ms`]
  const asked = requests === 0 ? [] : [counted(requests, 'request'), counted(errors, 'error')]
  return [[url, ...(version === null ? [] : [version]), ...answers, ...asked].join(', ')]
}

/** The file. */
export function database({ database: { path, bytes, wal_bytes, schema } }: Status): Part {
  return [`${path}, ${size(bytes)} and ${size(wal_bytes)} of WAL, schema ${schema}`]
}
