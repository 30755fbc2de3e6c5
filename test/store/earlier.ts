import { readFileSync } from 'node:fs'
import { schemaVersion } from '../../src/store/migrations.ts'
import { application, madePath } from './made.ts'

/** The schema a version had: schemas/N.sql keeps schema.sql as it was before the step to N + 1 was written. */
export function schemaSql(version: number): string {
  const path = version === schemaVersion ? '../../schema.sql' : `schemas/${version}.sql`
  return readFileSync(new URL(path, import.meta.url), 'utf8')
}

/** A file of that version, closed, with nothing beside it. */
export function earlier(version: number, script = '', mode = 'WAL'): string {
  const file = madePath()
  const db = application(file, `PRAGMA journal_mode = ${mode}; ${schemaSql(version)}`)
  db.exec(`INSERT INTO settings VALUES ('schema', '${version}'); ${script}`)
  db.close()
  return file
}
