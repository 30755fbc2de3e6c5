import { counted } from '../../rules/counted.ts'
import type { Status } from '../../status/shape.ts'
import { lasting } from '../../status/words.ts'
import { type Part, shortened, when } from './words.ts'

type Pace = { done: number; total: number; rate: number | null; eta_seconds: number | null }

/** When a sweep was and comes. */
export function sweep({ last_at, next_at, every_seconds }: Status['probe'], at: string): Part {
  const next = next_at === null ? [] : [`next ${when(next_at, at)}`]
  const every = every_seconds === null ? [] : [`every ${lasting(every_seconds)}`]
  return [[when(last_at, at), ...next, ...every].join(', ')]
}

/** What is asked for, and what fails. */
export function queue({ queue: { depth, under_way, oldest_at, failing }, at }: Status): Part {
  const oldest = oldest_at === null ? '' : `, the oldest asked for ${when(oldest_at, at)}`
  const first = depth + under_way === 0 ? 'empty' : `${depth} waiting, ${under_way} under way${oldest}`
  const lines = failing.map(
    ({ target, failures, error, next_try_at }) =>
      `${target} failed ${counted(failures, 'time')}, next try ${next_try_at === null ? 'now' : when(next_try_at, at)}: ${error}`,
  )
  return [first, ...shortened(lines)]
}

/** What runs and waits, and how the last ones ended. */
export function jobs({ jobs: { running, pending, recent }, at }: Status): Part {
  const lines = [
    ...running.map((job) => `#${job.id} ${job.kind} runs${job.phase === null ? '' : `, ${job.phase}`}: ${paced(job)}`),
    ...pending.map((job) => `#${job.id} ${job.kind} waits, for ${job.triggered_by}`),
    ...recent
      .slice(0, 3)
      .map(
        (job) =>
          `#${job.id} ${job.kind} ${job.status} ${when(job.completed_at, at)}${job.error_message === null ? '' : `: ${job.error_message}`}`,
      ),
  ]
  const [first = 'none yet', ...below] = lines
  return [first, ...below]
}

/** Each chunked migration that is not complete. */
export function backfills({ backfills: all }: Status): Part {
  const open = all.filter(({ status }) => status !== 'completed')
  const lines = open.map((one) => {
    const wrong = one.error_message === null ? '' : `: ${one.error_message}`
    const retry = one.retry === null ? '' : ` Try again: ${one.retry}`
    return `${one.name} ${one.status}, ${paced(one)}${wrong}${retry}`
  })
  const [first = all.length === 0 ? 'none' : `all ${all.length} complete`, ...below] = lines
  return [first, ...below]
}

function paced({ done, total, rate, eta_seconds }: Pace): string {
  const share = total === 0 ? '' : ` (${Math.floor((100 * done) / total)} %)`
  const pace = rate === null ? '' : `, ${rate} a second`
  const left = eta_seconds === null ? '' : `, ${lasting(eta_seconds)} to go`
  return `${done} of ${total}${share}${pace}${left}`
}
