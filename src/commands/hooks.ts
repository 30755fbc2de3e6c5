import type { Secret } from '../config/secret.ts'
import { type Config, giteaToken, listenUrl, readConfig, webhookSecrets, webhookUrl } from '../config.ts'
import { type Effects, realEffects } from '../effects.ts'
import { ConfigError } from '../errors.ts'
import { concurrency } from '../gitea/client.ts'
import { openDoor } from '../gitea/door.ts'
import { openGitea } from '../gitea/gitea.ts'
import type { CommonOptions, ExitCode } from './command.ts'
import { type Ground, openCopy } from './hooks/ground.ts'
import { installHooks } from './hooks/install.ts'
import { listHooks, listJson, listText } from './hooks/list.ts'
import { removeHooks } from './hooks/remove.ts'
import { type Report, reportJson, reportText } from './hooks/report.ts'
import { print } from './print.ts'

export type HookAction = 'install' | 'list' | 'remove'
export type HooksOptions = CommonOptions & { rotate: boolean; tokenFile?: string }

/** `rfcached hooks install|list|remove`. `effects` is what a test hands in. */
export async function manageHooks(
  action: HookAction,
  options: HooksOptions,
  effects: Effects = realEffects,
): Promise<ExitCode> {
  if (options.rotate && action !== 'install')
    throw new ConfigError('--rotate goes with install.', 'Say `rfcached hooks install --rotate`.')
  const config = readConfig(options.config)
  if (action === 'install') checkReachable(config)
  const token = hooksToken(config, options)
  const { url, caFile } = config.gitea
  await using opened = openDoor(new URL(url).origin, { connections: concurrency, caFile })
  using copy = openCopy(config.database)
  const ground: Ground = {
    gitea: openGitea({ door: opened.door, url, token: token.value, effects }),
    effects,
    owner: config.gitea.org,
    metaRepo: config.gitea.metaRepo,
    url: webhookUrl(config),
    listenUrl: listenUrl(config.listen),
    database: config.database,
    copy,
  }
  if (action === 'list') return await showList(ground, options)
  if (action === 'remove') return showReport(await removeHooks(ground), options)
  return showReport(await installHooks(ground, { secret: hookSecret(config).value, rotate: options.rotate }), options)
}

/** Who listens everywhere has not said where: a hook for that address would call Gitea's own machine. */
function checkReachable(config: Config): void {
  const { hostname } = new URL(webhookUrl(config))
  if (hostname !== '0.0.0.0' && hostname !== '[::]') return
  throw new ConfigError(
    `Gitea cannot reach rfcached at ${webhookUrl(config)}.`,
    'Set webhook.url to the address by which Gitea reaches rfcached, like https://rfcs.example.org/webhooks/gitea.',
  )
}

/** The mirror's own token need not manage hooks: --token-file names another for this once. */
function hooksToken(config: Config, { tokenFile }: HooksOptions): Secret {
  return tokenFile
    ? giteaToken({ ...config, gitea: { ...config.gitea, tokenFile } }, {})
    : giteaToken(config, process.env)
}

function hookSecret(config: Config): Secret {
  const { current } = webhookSecrets(config, process.env)
  if (current) return current
  throw new ConfigError(
    'There is no webhook secret.',
    'Make one (`openssl rand -hex 32`), put it into the file that webhook.secretFile names or into RFCACHED_WEBHOOK_SECRET, and restart the daemon.',
  )
}

async function showList(ground: Ground, { json }: HooksOptions): Promise<ExitCode> {
  const list = await listHooks(ground)
  print(json ? `${JSON.stringify(listJson(list))}\n` : listText(list))
  return list.warnings.length > 0 ? 3 : 0
}

function showReport(report: Report, { json }: HooksOptions): ExitCode {
  print(json ? `${JSON.stringify(reportJson(report))}\n` : reportText(report))
  if (report.failed) return 1
  return report.warnings.length > 0 ? 3 : 0
}
