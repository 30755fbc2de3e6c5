import { compareAnew, pullsUnsure } from './anew.ts'
import { name, owned } from './changes.ts'
import { meaningOf } from './meaning.ts'
import { fair } from './network.ts'
import type { Post } from './post.ts'
import { Found, type Scene } from './scene.ts'
import { type Expected, expected } from './truth.ts'
import type { Watcher } from './watch.ts'

const tables = ['cached_rfcs', 'cached_branches', 'cached_prs'] as const

/**
 * Nothing fails any more: every accepted delivery must have its effect; after one probe the rows must be those of a rebuild from
 * nothing, after one whole sweep in any case. @throws Found
 */
export async function conclude(scene: Scene, post: Post): Promise<void> {
  const { state, general, network } = scene
  const watcher = scene.watcher()
  if (!watcher) return
  state.chance = general
  await calm(scene)
  // What is gone with its repository fails until a probe sees that.
  await drain(scene, watcher, 6)
  // What an old page passed off as new hid, a sweep shows.
  if (!scene.alive()?.pulse.refused && !network.lied()) post.remember()
  // Only a time that went back shows that a backup was restored.
  if (state.isRestored && !isBehind(scene, watcher)) state.isBlind = true
  scene.alive()?.request('probe')
  await drain(scene, watcher)
  if (!network.lied()) post.remember()
  if (!state.isBlind && !network.lied()) compare(scene, watcher, 'after a probe')
  scene.alive()?.request('reconcile')
  await drain(scene, watcher)
  compare(scene, watcher, 'after a sweep')
  if (!general.odds(0.1)) return
  await compareAnew(scene, watcher)
  await rebuilt(scene, watcher)
}

/** Everybody is alive and awake, and what hung has come to its end. */
async function calm({ network, processes, pass, leap, alive, start }: Scene): Promise<void> {
  network.setWeather(fair)
  for (const one of processes) {
    one.sleeper.frozen = false
    one.life.left = Number.POSITIVE_INFINITY
  }
  await pass(1000)
  if (!alive()) start()
  // Answers that hang end by their deadline, another's lease by its time.
  for (const ms of [200_000, 25_000, 200_000, 25_000]) {
    await leap(ms)
    await pass(600)
  }
  if (!alive()) start()
  await leap(25_000)
  await pass(600)
}

/** Until nothing is asked any more and nothing is under way; what has failed so often is not waited for. */
async function drain(scene: Scene, { db }: Watcher, patience = 1e9): Promise<void> {
  const due = db
    .prepare<[number], number | null>(
      'SELECT min(max(due_at, not_before, begun_at + 2000)) FROM targets WHERE due_at IS NOT NULL AND failures < ?',
    )
    .pluck()
  const busy = db
    .prepare<[number], number>(
      `SELECT (SELECT count(*) FROM targets WHERE started_at IS NOT NULL AND failures < ?) + (SELECT count(*) FROM jobs WHERE status IN ('pending', 'running'))`,
    )
    .pluck()
  for (let turns = 0; turns < 400; turns++) {
    await scene.pass(1000)
    const next = due.get(patience) ?? null
    if (next === null && busy.get(patience) === 0) return
    if (scene.alive()?.pulse.refused) return
    const wait = (next ?? 0) - scene.clock.now() - scene.state.ownSkew
    if (next !== null) await scene.leap(Math.min(Math.max(wait, 0), 900_000))
  }
  const targets = db.prepare('SELECT * FROM targets WHERE due_at IS NOT NULL OR started_at IS NOT NULL').all()
  const jobs = db.prepare("SELECT * FROM jobs WHERE status IN ('pending', 'running')").all()
  throw new Found(`stuck: ${JSON.stringify(targets)} ${JSON.stringify(jobs)}`)
}

async function rebuilt(scene: Scene, watcher: Watcher): Promise<void> {
  const before = watcher.seq()
  scene.alive()?.request('rebuild')
  await drain(scene, watcher)
  if (watcher.seq() !== before) throw new Found('unequal: a rebuild changed what a sweep had made')
}

function isBehind({ up }: Scene, { db }: Watcher): boolean {
  const updated = new Map(up.world.repositories().map((repo) => [repo.id, repo.updated * 1000]))
  const known = db.prepare<[], { id: number; updated_at: string }>('SELECT id, updated_at FROM repos').all()
  return known.some(({ id, updated_at }) => Date.parse(updated_at) > (updated.get(id) ?? Number.POSITIVE_INFINITY))
}

/** Holds the rows to what is true upstream now. */
function compare(scene: Scene, watcher: Watcher, when: string): void {
  const { up, doubtful } = scene
  const want = wanted(scene, watcher)
  const off = new Set(owned(up).flatMap((repo) => (repo.hasPulls ? [] : name(repo))))
  const unsure = pullsUnsure(scene, watcher)
  for (const table of tables) {
    const have = new Map([...watcher.rows(table)].filter(([, row]) => !watcher.isGone(table, row)))
    for (const key of new Set([...have.keys(), ...want[table].keys()])) {
      const [is, must] = [have.get(key), want[table].get(key)]
      const row = is ?? must ?? {}
      const hangs = table === 'cached_rfcs' || row.repo !== 'rfcs/meta' || row.branch_name === 'main'
      if (hangs && doubtful.has(String(row.rfc_slug ?? row.slug))) continue
      if (table === 'cached_prs' && (off.has(String(row.repo)) || unsure.has(`${row.rfc_slug}#${row.pr_number}`)))
        continue
      const fault = differing(is, must, when)
      if (fault) throw new Found(`unequal ${when}: ${table} ${key} ${fault}`)
    }
  }
}

function wanted({ up, timeline, truth }: Scene, { db }: Watcher): Expected {
  const names = [...truth().follows.keys()].map((id) => String(timeline.now(`name ${id}`)).toLowerCase())
  const noted = db.prepare<[], Parameters<typeof meaningOf>[1][number]>('SELECT * FROM actions').all()
  return expected(up, truth(), (pulls) => meaningOf(pulls, noted, new Set(['rfcs/meta', ...names])))
}

type Shown = Record<string, string | number | null>

function differing(is: Shown | undefined, must: Shown | undefined, when: string): string | null {
  if (!is || !must) return `is ${is ? 'there, and should not be' : 'missing'}`
  for (const [column, value] of Object.entries(must)) {
    const shown = column === 'problem' && is.problem !== null ? 'some' : is[column]
    // A date that Gitea could not show is asked again by a sweep.
    if (/^last_\w*commit_at$/.test(column) && shown === null && when === 'after a probe') continue
    if (shown !== value) return `${column} is ${shown}, and should be ${value}`
  }
  return null
}
