import { existsSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import type { Effects } from '../../effects.ts'
import { ConfigError, sentence } from '../../errors.ts'
import type { HookPlace } from '../../gitea/api/hooks.ts'
import type { Gitea } from '../../gitea/gitea.ts'
import type { Hook } from '../../rules/hook.ts'
import { deliveriesTable } from '../../store/deliveries.ts'
import { reposTable } from '../../store/repos.ts'

/** What the hooks command works with. */
export type Ground = {
  gitea: Gitea
  effects: Effects
  owner: string
  metaRepo: string
  /** Where Gitea calls us. */
  url: string
  /** The same receiver as seen from this machine. */
  listenUrl: string
  database: string
  copy: Copy | null
}

/** A hook and where it hangs. */
export type Found = { place: HookPlace; hook: Hook }

export type Copy = ReturnType<typeof readCopy>

/** The daemon's file, for reading only; null before there is one. */
export function openCopy(file: string): Copy | null {
  if (!existsSync(file)) return null
  const db = opened(file)
  try {
    return readCopy(db)
  } catch (error) {
    db.close()
    if (error instanceof Error && /no such (table|column)/.test(error.message)) return null
    throw unreadable(file, error)
  }
}

function readCopy(db: Sqlite.Database) {
  const repos = reposTable(db).all()
  const deliveries = deliveriesTable(db)
  return {
    /** Ids of the repositories whose changes matter; null before the first reconcile. */
    followed: repos.some((repo) => repo.is_meta)
      ? repos.filter((repo) => repo.is_meta || repo.rfc_slug !== null).map((repo) => repo.id)
      : null,
    /** What arrived since then (ms since 1970), oldest first. */
    deliveriesSince: deliveries.since,
    [Symbol.dispose]: () => db.close(),
  }
}

function opened(file: string): Sqlite.Database {
  try {
    return new Sqlite(file, { readonly: true })
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

function unreadable(file: string, cause: unknown): ConfigError {
  return new ConfigError(
    `The database ${file} cannot be read: ${sentence(cause)}.`,
    'Run this as the user that runs rfcached, or as root.',
    { cause },
  )
}

/** `the organisation rfcs`, `the repository rfcs/meta`. */
export function placeText({ level, name }: HookPlace): string {
  return `the ${level === 'organization' ? 'organisation' : 'repository'} ${name}`
}
