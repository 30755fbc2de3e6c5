import { lookAtFile } from '../../store/look.ts'
import type { Patient } from './patient.ts'
import { note, type Verdict, well } from './verdict.ts'

/** Whether the database can be worked on; looking makes none. */
export function database({ config: { database: file } }: Patient): Verdict {
  const seen = lookAtFile(file)
  if (!seen) return well(`There is no database ${file} yet; its folder can be written, so the first run makes it.`)
  if (seen.version === null) return well(`${file} can be written; rfcached's tables are not in it yet.`)
  return well(`${file} can be written and is whole.`)
}

/** Whether the application's `actions` are in the same file, which tell on whose behalf the bot opened what. */
export function actions({ config: { database: file } }: Patient): Verdict {
  const columns = lookAtFile(file)?.actions
  if (!columns)
    return note(
      'There is no table actions in the database (yet): who is behind a pull request of the bot is known by its trailer alone.',
    )
  const lacking = [...(columns.repo ? [] : ['repo']), ...(columns.createdAt ? [] : ['created_at'])]
  return well(`The application's actions are seen${lacking.length > 0 ? `, without ${lacking.join(' and ')}` : ''}.`)
}
