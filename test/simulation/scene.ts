import type { DialectName } from '../../src/demo/dialect.ts'
import type { Memory } from '../live/oracle/entries.ts'
import { chanceOf } from './chance.ts'
import { owned } from './changes.ts'
import { simulatedClock } from './clock.ts'
import { settled } from './ground.ts'
import { openNetwork } from './network.ts'
import { type Process, startProcess } from './process.ts'
import { newTimeline } from './timeline.ts'
import { look, type Truth } from './truth.ts'
import { openUpstream } from './upstream.ts'
import { type Watcher, watch } from './watch.ts'

export type Scene = ReturnType<typeof openScene>

/** A promise was broken. */
export class Found extends Error {}

/**
 * All that one history is about: the organisation, the way to it, the file with whoever works on it and whoever looks at it, and the
 * time they share. `hasCopy`: the file holds a first sweep already.
 */
export function openScene(seed: number, file: string, hasCopy: boolean) {
  const general = chanceOf(seed)
  const state = {
    chance: general,
    /** Something happened that only a whole sweep can see. */
    isBlind: false,
    isRestored: false,
    ownSkew: 0,
  }
  const dialect = general.one<DialectName>(['gitea-1.26', 'gitea-1.26', 'forgejo-7'])
  const clock = simulatedClock(() => state.chance.random())
  const up = openUpstream({ dialect, now: clock.now })
  if (hasCopy) clock.beginAfter(3_600_000)
  const timeline = newTimeline()
  const doubtful = new Set<string>()
  const memory: Memory = new Map()
  const troubled = new Set<string>()
  const violations: string[] = []
  const processes: Process[] = []
  let truth: Truth
  let watcher: Watcher | null = null
  const wrong = (what: string) => void violations.push(what)
  const pageSize = general.one([null, null, 3])
  const network = openNetwork({
    fake: up.fake,
    clock,
    chance: () => state.chance,
    pageSize,
    isRich: (path) => isRich(watcher, path),
    wrong,
  })

  const observe = (): { event: number; moved: string[] } => {
    truth = look(up, memory, ({ path, good }) => {
      doubtful.add(path.slice('rfcs/'.length, -'.md'.length))
      if (good) doubtful.add(good.fields.slug)
      if (good?.fields.repo) troubled.add(good.fields.repo.toLowerCase())
    })
    for (const { fields } of truth.owners)
      if (troubled.has(String(fields.repo).toLowerCase())) doubtful.add(fields.slug)
    return timeline.record(truth.facts)
  }
  observe()
  const committed = () => {
    if (network.lied()) timeline.forgive()
    watcher?.look()
  }
  const start = (): Process => {
    const process = startProcess({
      file,
      token: up.token,
      clock,
      network,
      random: () => state.chance.random(),
      skew: () => state.ownSkew,
      committed,
    })
    processes.push(process)
    return process
  }
  const bury = async (one: Process) => {
    processes.splice(processes.indexOf(one), 1)
    await one.end()
  }
  const alive = (): Process | undefined =>
    processes.findLast((one) => !one.life.dead && !one.isOver() && !one.sleeper.frozen)

  /** Buries who died, and throws what was found. */
  const attend = async () => {
    for (const one of processes.filter(({ life, isOver }) => life.dead || isOver())) await bury(one)
    if (violations[0] !== undefined) throw new Found(violations[0])
  }
  return {
    general,
    state,
    clock,
    up,
    timeline,
    doubtful,
    network,
    processes,
    wrong,
    observe,
    start,
    bury,
    alive,
    /** Whether the owner's repositories are listed in one answer. */
    fitsAPage: () => pageSize === null || owned(up).length <= pageSize,
    truth: () => truth,
    watcher: () => watcher,
    /** From now on somebody looks at the file. */
    watch: () => {
      watcher ??= watch(file, timeline, doubtful, wrong)
    },
    /** Cron asks; whoever dies in it is buried soon. */
    request: (kind: Parameters<Process['request']>[0]) => {
      const one = alive()
      try {
        one?.request(kind)
      } catch (error) {
        if (!one?.life.dead) throw error
      }
    },
    pass: async (ms: number) => {
      await clock.pass(ms)
      await attend()
    },
    leap: async (ms: number) => {
      await clock.leap(ms)
      await attend()
    },
    close: async () => {
      // The last to close writes the log back into the file, which a reader cannot.
      watcher?.db.close()
      watcher = null
      for (const one of processes) await one.end()
      await settled()
    },
  }
}

/** Whether so many of its rows are shown that a sudden loss must be looked at twice. */
function isRich(watcher: Watcher | null, path: string): boolean {
  const repo = decodeURIComponent(/\/repos\/(.*)\/git\/refs$/.exec(path)?.[1] ?? '')
  const rows = [...(watcher?.rows('cached_branches').values() ?? []), ...(watcher?.rows('cached_prs').values() ?? [])]
  return repo !== 'rfcs/meta' && rows.filter((row) => row.repo === repo && row.state !== 'deleted').length > 7
}
