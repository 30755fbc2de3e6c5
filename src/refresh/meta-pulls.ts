import type { Refs } from '../gitea/api/refs.ts'
import { defaultTip } from './default-branch.ts'
import { believed, type Mirror, metaRepo, type Refreshed } from './mirror.ts'
import { readPulls, writePulls } from './pulls.ts'

/** Brings the meta repository's pulls up to date: all of them, or those that moved since the watermark. */
export async function refreshMetaPulls(mirror: Mirror, whole: boolean): Promise<Refreshed> {
  const { gitea, store } = mirror
  const meta = metaRepo(mirror)
  const live = store.pulls.live(meta.full_name)
  const gone = ({ pulls }: Refs) =>
    live.filter(({ pr_number }) => !pulls.has(pr_number)).map(({ pr_number }) => String(pr_number))
  const refs = await believed(mirror, live.length, () => gitea.refs.list(meta.full_name), gone)
  await defaultTip(mirror, meta, refs)
  const read = await readPulls(mirror, meta, refs, whole)
  await writePulls(mirror, meta, read)
  return { warnings: read.off ? [pullsOff(meta.full_name)] : [] }
}

/** What a person should know of a repository whose pulls cannot be read. */
export function pullsOff(fullName: string): string {
  return `The pull requests of ${fullName} are switched off in Gitea: the rows there are stay as they are.`
}
