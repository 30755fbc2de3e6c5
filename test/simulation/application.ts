import Sqlite from 'better-sqlite3'
import type { Row } from '../support/copy.ts'
import type { Chance } from './chance.ts'
import { opening } from './meaning.ts'

/** What the application sees: rows, and the names of the repositories that are known. */
type Shown = { pulls: Row[]; branches: Row[]; names: string[] }

/** What it does in the file by itself: it notes for whom it acts, corrects its notes, and closes branches. `now` is its own clock. */
export const application: Record<string, (file: string, shown: Shown, chance: Chance, now: number) => void> = {
  'application notes': (file, { pulls, names }, chance, now) => {
    const pull = acted(pulls, chance)
    const times = chance.one([1, 1, 2])
    for (let time = 0; pull && time < times; time++) write(file, insert, noteOf(pull, names, chance, now))
  },
  'application corrects itself': (file, { pulls, names }, chance, now) => {
    const [pull, id] = [acted(pulls, chance), chance.pick(notes(file))]
    if (!pull || id === undefined) return
    if (chance.odds(0.5)) write(file, 'DELETE FROM actions WHERE id = :id', { id })
    else write(file, update, { ...noteOf(pull, names, chance, now), id })
  },
  'application closes a branch': (file, { branches }, chance) => {
    const branch = chance.pick(branches.filter(({ state }) => state === 'open'))
    if (branch) write(file, close, branch)
  },
}

const insert = `INSERT INTO actions (action_kind, rfc_slug, pr_number, on_behalf_of, repo, created_at)
  VALUES (:action_kind, :rfc_slug, :pr_number, :on_behalf_of, :repo, :created_at)`
const update = `UPDATE actions SET action_kind = :action_kind, rfc_slug = :rfc_slug, pr_number = :pr_number,
  on_behalf_of = :on_behalf_of, repo = :repo, created_at = :created_at WHERE id = :id`
const close = `UPDATE cached_branches SET state = 'closed'
  WHERE rfc_slug = :rfc_slug AND repo = :repo AND branch_name = :branch_name`

/** A pull that it speaks of: mostly one that it opened itself. */
function acted(pulls: Row[], chance: Chance): Row | undefined {
  return chance.pick(chance.odds(0.7) ? pulls.filter((pull) => pull.opener_is_bot === 1) : pulls)
}

/** Mostly what it would note of that pull; at times around those that they are compared with. */
function noteOf(pull: Row, names: string[], chance: Chance, now: number): Row {
  const [fitting] = Object.entries(opening).find(([, kind]) => kind === pull.pr_kind) ?? ['propose_rfc']
  const since = chance.pick([pull.opened_at, pull.upstream_closed_at].filter((time) => typeof time === 'string'))
  const about = chance.odds(0.5) || since === undefined ? now : Date.parse(since)
  const repo = String(pull.repo)
  const other = chance.pick(names) ?? null
  return {
    action_kind: chance.one([fitting, fitting, 'propose_rfc', 'open_body_edit_pr', 'withdraw_pr', 'withdraw_pr']),
    rfc_slug: pull.rfc_slug ?? null,
    pr_number: pull.pr_number ?? null,
    on_behalf_of: chance.one(['erin', 'frank', 'gina', '']),
    repo: chance.one([null, repo, repo.toUpperCase(), other, other, 'rfcs/never-was']),
    created_at: new Date(about - chance.one([0, 60_000, 600_000])).toISOString(),
  }
}

function notes(file: string): number[] {
  const db = new Sqlite(file)
  const ids = db.prepare<[], number>('SELECT id FROM actions ORDER BY id').pluck().all()
  db.close()
  return ids
}

function write(file: string, sql: string, values: Row): void {
  const db = new Sqlite(file)
  db.prepare(sql).run(values)
  db.close()
}
