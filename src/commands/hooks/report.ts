import { Forbidden } from '../../errors.ts'
import { faultsOf } from '../../rules/hook.ts'
import { type Found, type Ground, placeText } from './ground.ts'

/** What became of a hook that calls us. */
type Done = Found & { did: 'kept' | 'made' | 'deleted' | 'left' }

/** What a change of hooks came to. `verified`: whether a delivery was seen to arrive; null: it could not be tried. */
export type Report = {
  url: string
  hooks: Done[]
  verified: boolean | null
  /** What was wanted could not be had, and everything is as it was. */
  failed?: boolean
  notes: string[]
  warnings: string[]
}

/** Deletes hooks, one after the other; those that the token may not delete are left, with a warning. */
export async function deleteHooks({ gitea }: Ground, hooks: Found[]): Promise<Pick<Report, 'hooks' | 'warnings'>> {
  const report: Pick<Report, 'hooks' | 'warnings'> = { hooks: [], warnings: [] }
  for (const { place, hook } of hooks) {
    try {
      await gitea.hooks.remove(place, hook.id)
      report.hooks.push({ place, hook, did: 'deleted' })
    } catch (error) {
      if (!(error instanceof Forbidden)) throw error
      report.hooks.push({ place, hook, did: 'left' })
      report.warnings.push(
        `Hook ${hook.id} of ${placeText(place)} calls us and is left. ${error.message} ${error.hint}`,
      )
    }
  }
  return report
}

/** For a person. */
export function reportText({ url, hooks, notes, warnings }: Report): string {
  const lines = hooks.filter(({ did }) => did !== 'left').map(hookText)
  return [`Hooks for ${url}:`, ...lines, ...notes, ...warnings.map((text) => `Warning: ${text}`), ''].join('\n')
}

function hookText({ place, hook, did }: Done): string {
  const faults = did === 'deleted' ? faultsOf(hook) : []
  return `  ${did} ${hook.id} of ${placeText(place)}${faults.length > 0 ? `, which ${faults.join(', ')}` : ''}`
}

/** For a program. */
export function reportJson({ url, hooks, verified, notes, warnings }: Report) {
  const rows = hooks.map(({ place, hook, did }) => ({ ...placeJson({ place, hook }), did }))
  return { url, hooks: rows, verified, notes, warnings }
}

/** A hook in every --json: its events in alphabetical order. */
export function placeJson({ place, hook }: Found) {
  return {
    level: place.level,
    name: place.name,
    id: hook.id,
    url: hook.url,
    events: hook.events.toSorted(),
    active: hook.active,
  }
}
