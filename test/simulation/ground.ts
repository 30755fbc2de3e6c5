import Sqlite from 'better-sqlite3'

/**
 * The ground a simulation stands on, laid once a process: it knows when nothing is left to be done without the clock, and stands
 * between SQLite and each connection, so that a process can be killed at any statement and every commit be looked at.
 */

const later = globalThis.setImmediate
let turnsWaiting = 0

globalThis.setImmediate = Object.assign(
  (act: (...values: unknown[]) => void, ...values: unknown[]) => {
    turnsWaiting++
    return later(() => {
      turnsWaiting--
      act(...values)
    })
  },
  { __promisify__: later.__promisify__ },
) as typeof setImmediate

/** Until whatever can go on without the clock has done so: promises settle before each turn of the event loop ends. */
export async function settled(): Promise<void> {
  do await new Promise<void>((done) => void later(() => done()))
  while (turnsWaiting > 0)
}

/** A process, as SQLite sees it. */
export type Life = {
  /** The statements it has left; it dies instead of the one after. */
  left: number
  dead: boolean
  committed: () => void
}

const lives = new WeakMap<object, Life | null>()
let opening: Life | null = null

/** Whatever connection `open` opens and uses belongs to that life. */
export function withLife<T>(life: Life, open: () => T): T {
  opening = life
  try {
    return open()
  } finally {
    opening = null
  }
}

type Statement = { database: { inTransaction: boolean }; source: string }
type Act = (this: Statement, ...values: unknown[]) => unknown

const statements = Object.getPrototypeOf(new Sqlite(':memory:').prepare('SELECT 1')) as Record<string, Act>

for (const name of ['run', 'get', 'all']) {
  const act = statements[name]
  if (!act) throw new Error(`Statements of better-sqlite3 have no ${name}.`)
  statements[name] = function (...values) {
    const life = lifeOf(this.database)
    if (!life) return act.apply(this, values)
    // A connection that is cut rolls back.
    if (this.source !== 'ROLLBACK') spend(life)
    const result = act.apply(this, values)
    if (this.source === 'COMMIT' || (name === 'run' && !this.database.inTransaction)) life.committed()
    return result
  }
}

/** A connection that is no process's. */
export function standAside(database: object): void {
  lives.set(database, null)
}

function lifeOf(database: object): Life | null | undefined {
  const known = lives.get(database)
  if (known !== undefined || !opening) return known
  lives.set(database, opening)
  return opening
}

function spend(life: Life): void {
  life.left -= 1
  if (life.left < 0) life.dead = true
  if (life.dead) throw new Error('The process died here.')
}
