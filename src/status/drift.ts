import { z } from 'zod'
import type { Picture } from '../store/picture.ts'
import type { Status } from './shape.ts'

const verified = z.object({ drift: z.array(z.unknown()), failed: z.number() })

/** What the last comparison with Gitea found, if it could read all of it; null: none was made. */
export function driftFound({ jobs }: Picture): Status['drift'] {
  const last = jobs.lastWell('verify')
  const result = verified.safeParse(JSON.parse(last?.result ?? '{}')).data
  if (!last?.completed_at || !result || result.failed > 0) return null
  return { found_at: last.completed_at, columns: result.drift.length }
}
