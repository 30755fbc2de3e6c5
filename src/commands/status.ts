import { type Config, readConfig } from '../config.ts'
import { realEffects } from '../effects.ts'
import { collectStatus } from '../status/collect.ts'
import type { Status } from '../status/shape.ts'
import { openPicture } from '../store/picture.ts'
import type { CommonOptions, ExitCode } from './command.ts'
import { complain, print } from './print.ts'
import { askDaemon } from './status/ask.ts'
import { statusText } from './status/text.ts'

/** `rfcached status`: how we are doing, as the daemon says, or as the file says where no daemon answers. It changes nothing. */
export async function showStatus({ config: path, json }: CommonOptions): Promise<ExitCode> {
  const config = readConfig(path)
  const asked = await askDaemon(config, process.env)
  const isTold = typeof asked !== 'string'
  const status = isTold ? asked : readFile(config)
  const note = isTold ? null : `${asked} This is what ${config.database} says.`
  if (json && note) complain(`${note}\n`)
  print(json ? `${JSON.stringify(status)}\n` : statusText(status, note))
  return status.verdict.level === 'failing' ? 1 : 0
}

function readFile({ database, gitea }: Config): Status {
  using picture = openPicture(database)
  return collectStatus({ picture, effects: realEffects, giteaUrl: gitea.url, live: null })
}
