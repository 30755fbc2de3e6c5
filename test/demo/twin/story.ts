import { tellAccess } from './access.ts'
import { tellBranches } from './branches.ts'
import { tellEmpty } from './empty.ts'
import { tellFiles } from './files.ts'
import { tellForks } from './forks.ts'
import { tellHooks } from './hooks.ts'
import { tellPulls } from './pulls.ts'
import { tellSettings } from './settings.ts'
import { type Seen, type Server, teller } from './teller.ts'

/** Tells a server the whole story as its administrator, in an organisation of its own, and gives what it showed. */
export async function tellStory(server: Server, org: string, admin: string): Promise<Seen[]> {
  const told = teller(server, org, admin)
  await tellEmpty(told)
  await tellFiles(told)
  await tellBranches(told)
  await tellPulls(told)
  await tellForks(told)
  await tellAccess(told)
  await tellHooks(told)
  await tellSettings(told)
  return told.seen
}
