import type { Database } from 'better-sqlite3'

/** A holder that says nothing for so long is dead. */
export const leaseMs = 20_000

/** One process works on a file at a time: the one whose name stands here and who has said so lately. Times are milliseconds. */
export function leaseTable(db: Database) {
  const read = db.prepare<[], string>(`SELECT value FROM settings WHERE name = 'lease'`).pluck()
  const write = db.prepare<[string]>(
    `INSERT INTO settings (name, value) VALUES ('lease', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  )
  const drop = db.prepare<[string]>(`DELETE FROM settings WHERE name = 'lease' AND value LIKE ? || ' %'`)

  const holder = (now: number): string | null => {
    const [name, until] = read.get()?.split(' ') ?? []
    // One that ends much further ahead than a lease lasts was written before the clock was set back; a little further ahead is
    // one that was written while we waited for the file.
    const isLive = Number(until) > now && Number(until) <= now + 2 * leaseMs
    return name && isLive ? name : null
  }
  const acquire = db.transaction((name: string, now: number): boolean => {
    const held = holder(now)
    if (held !== null && held !== name) return false
    write.run(`${name} ${now + leaseMs}`)
    return true
  })
  return {
    /** Takes or renews the lease; false while another holds it. */
    acquire: (name: string, now: number): boolean => acquire.immediate(name, now),
    release: (name: string) => drop.run(name),
    holder,
    /** Whether that process was the last to take it: one that was taken over meanwhile must not write any more. */
    isHeldBy: (name: string): boolean => read.get()?.startsWith(`${name} `) ?? false,
  }
}
