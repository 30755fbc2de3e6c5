import type { Secret } from './config/secret.ts'
import type { Config } from './config.ts'
import { type Effects, realEffects } from './effects.ts'
import { concurrency } from './gitea/client.ts'
import { type Door, openDoor } from './gitea/door.ts'
import { openGitea } from './gitea/gitea.ts'
import { createLog } from './log.ts'
import type { Meter } from './meter.ts'
import type { Mirror } from './refresh/mirror.ts'
import { openWhole } from './store/mend.ts'
import { openStore, type Store } from './store/store.ts'

/** What may be handed in instead of the real thing. */
export type Parts = {
  effects?: Effects
  door?: Door
  log?: Mirror['log']
  signal?: AbortSignal
  readToken?: () => string
  meter?: Meter
}

/** Joins the parts of a mirror over a store that is open; whatever was opened here is closed on disposal. */
export function openMirror(config: Config, token: Secret, store: Store, parts: Parts = {}) {
  const { effects = realEffects, signal, readToken, meter, log = createLog(config.log.level) } = parts
  const origin = new URL(config.gitea.url).origin
  const opened = parts.door ? null : openDoor(origin, { connections: concurrency, caFile: config.gitea.caFile })
  const door = parts.door ?? opened?.door
  if (!door) throw new Error('A mirror needs a door.')
  const mirror: Mirror = {
    gitea: openGitea({
      door,
      url: config.gitea.url,
      token: readToken ?? token.value,
      effects,
      answered: meter?.answered,
      ...(signal ? { signal } : {}),
    }),
    store,
    log,
    effects,
    ...(meter ? { meter } : {}),
    owner: config.gitea.org,
    metaRepo: config.gitea.metaRepo,
    botUser: config.gitea.botUser,
  }
  return { ...mirror, [Symbol.asyncDispose]: async () => opened?.[Symbol.asyncDispose]() }
}

/** How to open a store; `tell` is told what became of a broken file, which without it is refused. */
export type StoreParts = { adopt?: boolean; create?: boolean; effects?: Effects; tell?: (sentence: string) => void }

/** Opens the store of a configuration. */
export function openConfiguredStore(
  { database }: Config,
  { effects = realEffects, tell, ...options }: StoreParts = {},
): Store {
  const { now } = effects
  return tell ? openWhole(database, { ...options, now, tell }) : openStore(database, { ...options, now })
}
