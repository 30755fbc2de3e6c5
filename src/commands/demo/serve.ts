import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exampleGitea } from '../../demo/example.ts'
import { openApplication } from '../../demo/example-application.ts'
import { bustle } from '../../demo/example-bustle.ts'
import { org } from '../../demo/example-organisation.ts'
import { freePort } from '../../demo/free-port.ts'
import { serveFake } from '../../demo/serve-fake.ts'
import type { ExitCode } from '../command.ts'
import { serve } from '../serve.ts'
import { configOf, temporaryFolder } from './ground.ts'
import { heading, line, say } from './say.ts'
import { look, moved } from './seen.ts'

const changeEveryMs = 3000
const lookEveryMs = 50
const secret = 'only-for-the-demo'

/** `rfcached demo --serve`: the fake Gitea, its webhooks and the daemon, with a change every few seconds, until Ctrl-C. */
export async function serveDemo(): Promise<ExitCode> {
  await using folder = await temporaryFolder()
  using application = openApplication(join(folder.path, 'rfcs.sqlite'))
  const { fake, scene, token } = exampleGitea(application)
  await using served = await serveFake(fake)
  const port = await freePort()
  fake.world.hook(org, `http://127.0.0.1:${port}/webhooks/gitea`, { secret })
  await writeFile(join(folder.path, 'webhook-secret'), secret, { mode: 0o600 })
  const config = await configOf(folder.path, served.url, token, {
    listen: { port },
    webhook: { secretFile: 'webhook-secret' },
    log: { level: 'error' },
  })
  introduce(served.url, port, join(folder.path, 'rfcs.sqlite'))

  const next = bustle(scene)
  let seen = new Map<string, string>()
  let changedAt = 0
  const changing = setInterval(() => {
    changedAt = Date.now()
    line(`Gitea:  ${next()}`)
  }, changeEveryMs)
  const looking = setInterval(() => {
    const now = application.isFilled() ? look(application) : seen
    const rows = changedAt === 0 ? [] : moved(seen, now)
    for (const { row, was, is } of rows)
      line(`  copy: ${row} ${was ? `was ${was}, ` : ''}is ${is} (${Date.now() - changedAt} ms later)`)
    seen = now
  }, lookEveryMs)
  try {
    return await serve({ config, json: false })
  } finally {
    clearInterval(changing)
    clearInterval(looking)
  }
}

function introduce(gitea: string, port: number, database: string): void {
  heading('A fake Gitea, and rfcached beside it')
  say(`Gitea listens on ${gitea} and sends its webhooks to rfcached on http://127.0.0.1:${port}, which keeps ${database} equal to
    it. Open http://127.0.0.1:${port}/ in a browser to see how it is; /api/v1/changes?since=0 tells what moved. Something happens
    every few seconds, until Ctrl-C.`)
}
