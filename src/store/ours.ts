import { readFileSync } from 'node:fs'

/** What makes our tables, and all that belongs to them. */
export const schema = readFileSync(new URL('../../schema.sql', import.meta.url), 'utf8')

/** The names of all that it makes. */
export const made = namesMade(schema)
const searched = [...schema.matchAll(/^CREATE VIRTUAL TABLE (\w+)/gm)].map(([, name]) => name)

/** Whether it makes something of that name, or SQLite does for its full-text index. */
export function oursNamed(name: string): boolean {
  const index = name.replace(/_(data|idx|content|docsize|config)$/, '')
  return made.includes(name) || searched.includes(index)
}

/** The names of what a script makes, each at the beginning of a line. */
export function namesMade(sql: string): string[] {
  return [...sql.matchAll(/^CREATE (?:VIRTUAL )?(?:TABLE|VIEW|INDEX|TRIGGER) (\w+)/gm)].map(([, name = '']) => name)
}
