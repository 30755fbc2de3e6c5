import Table from 'cli-table3'
import { callsUs, eventsText, faultsOf } from '../../rules/hook.ts'
import type { Found, Ground } from './ground.ts'
import { placeJson } from './report.ts'
import { blindSpots, surveyHooks } from './survey.ts'

export type HookList = { url: string; hooks: Found[]; warnings: string[] }

/** `hooks list`: the hooks of the organisation, of the meta repository and of those followed, and ours wherever they are. */
export async function listHooks(ground: Ground): Promise<HookList> {
  const survey = await surveyHooks(ground)
  const stray = survey.others.flatMap(({ hooks }) => hooks.filter(({ hook }) => callsUs(hook, ground.url)))
  const hooks = [survey.organization, ...survey.followed].flatMap((look) => look.hooks)
  return { url: ground.url, hooks: [...hooks, ...stray], warnings: blindSpots(survey) }
}

/** For a person. */
export function listText({ url, hooks, warnings }: HookList): string {
  const table = new Table({
    head: ['level', 'of', 'id', 'url', 'events', 'active', 'ours'],
    colWidths: [null, null, null, null, 40, null, 30],
    wordWrap: true,
    style: { head: [], border: [] },
  })
  for (const { place, hook } of hooks) {
    const ours = callsUs(hook, url) ? faultsOf(hook).join('; ') || 'yes' : 'no'
    table.push([place.level, place.name, hook.id, hook.url, eventsText(hook.events), hook.active ? 'yes' : 'no', ours])
  }
  const shown = hooks.length === 0 ? 'There are no hooks.' : table.toString()
  return [shown, ...warnings.map((text) => `Warning: ${text}`), ''].join('\n')
}

/** For a program. `right`: as `hooks install` would make it, as far as Gitea shows it. */
export function listJson({ url, hooks, warnings }: HookList) {
  const rows = hooks.map((found) => {
    const ours = callsUs(found.hook, url)
    return { ...placeJson(found), ours, right: ours && faultsOf(found.hook).length === 0 }
  })
  return { url, hooks: rows, warnings }
}
