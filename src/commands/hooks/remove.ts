import type { Ground } from './ground.ts'
import { deleteHooks, type Report } from './report.ts'
import { blindSpots, ourHooks, surveyHooks } from './survey.ts'

/** `hooks remove`: deletes every hook that calls our address. */
export async function removeHooks(ground: Ground): Promise<Report> {
  const survey = await surveyHooks(ground)
  const ours = ourHooks(survey, ground.url)
  const { hooks, warnings } = await deleteHooks(ground, ours)
  return {
    url: ground.url,
    hooks,
    verified: null,
    notes: ours.length === 0 ? ['No hook calls this address.'] : [],
    warnings: [...warnings, ...blindSpots(survey)],
  }
}
