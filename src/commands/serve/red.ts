import { type Config, isProxied } from '../../config.ts'
import { realEffects } from '../../effects.ts'
import { type BrokenFile, sentence, TransientError } from '../../errors.ts'
import { createMetrics } from '../../http/metrics.ts'
import { createServer } from '../../http/server.ts'
import type { Mirror } from '../../refresh/mirror.ts'
import type { ExitCode } from '../command.ts'
import { bind, close, notify, onSignals, readApiToken, readWebhookSecrets } from './process.ts'

/**
 * What is left of `rfcached serve` for a broken file that it may not replace: everything is answered 503 and says what to do, until
 * a person has mended the file and starts it again. Gitea's deliveries are lost meanwhile: the sweep at the start sees what they told.
 */
export async function serveRed(config: Config, log: Mirror['log'], broken: BrokenFile): Promise<ExitCode> {
  log.error(sentence(broken))
  const refuse = (): never => {
    throw new TransientError(`${sentence(broken)} Then start rfcached again.`)
  }
  const app = createServer({
    access: { token: readApiToken(config), proxied: isProxied(config), ownOrigin: null, now: realEffects.now },
    webhook: { secrets: readWebhookSecrets(config), receive: refuse, refused: () => {} },
    changes: refuse,
    status: refuse,
    jobs: { request: refuse, stop: refuse, find: refuse, list: refuse },
    metrics: createMetrics(),
    log,
  })
  await bind(app, config, log)
  await using notifier = notify(() => 0)
  notifier.status(broken.message)
  await new Promise<void>((stopped) => onSignals(log, stopped))
  notifier.stopping()
  await close(app)
  return 2
}
