import { join } from 'node:path'
import { exampleGitea } from '../demo/example.ts'
import { type Application, openApplication } from '../demo/example-application.ts'
import { happenings, type LateAction, lateAction } from '../demo/example-changes.ts'
import { bot, meta, org, type Scene } from '../demo/example-organisation.ts'
import { serveFake } from '../demo/serve-fake.ts'
import type { ExitCode } from './command.ts'
import { configOf, temporaryFolder } from './demo/ground.ts'
import { blank, heading, list, say, table, typed } from './demo/say.ts'
import { look, moved, type Seen } from './demo/seen.ts'
import { reconcileOnce } from './reconcile.ts'

/** The fake answers at once; a real server takes about so long, which leaves time to see the progress bar. */
const latencyMs = 30

/** `rfcached demo`: shows it all on a small RFC organisation in a fake Gitea, in a folder that is gone afterwards. */
export async function showDemo(): Promise<ExitCode> {
  await using folder = await temporaryFolder()
  using application = openApplication(join(folder.path, 'rfcs.sqlite'))
  const { fake, scene, token } = exampleGitea(application)
  await using served = await serveFake(fake, { latencyMs })
  const config = await configOf(folder.path, served.url, token)

  introduce(served.url, application)
  if ((await reconcile(config)) !== 0) return 1
  showTables(application)

  const before = look(application)
  heading('Meanwhile in Gitea')
  for (const { happen } of happenings) happen(scene)
  list(happenings.map(({ words }) => words))
  if ((await reconcile(config)) === 1) return 1
  showMoved(before, application)

  showLateAction(application, scene.act, lateAction(scene.world))
  say('That was all. The fake Gitea and its copy are gone; README.md tells how to copy yours.')
  return 0
}

function introduce(url: string, application: Application): void {
  heading('What is in Gitea')
  say(`A fake Gitea 1.26 listens on ${url}. The organisation ${org} keeps its RFC process in it: the repository
    ${meta} has a file for every RFC, active RFCs have a repository of their own, and everything is changed by pull
    requests. People open them themselves, or use an application whose bot, ${bot}, opens them on their behalf.`)
  say(`The application notes what it does for whom in a table of its own, actions, in a SQLite file. It has
    ${application.actions()} rows. rfcached fills its tables into the same file:`)
}

async function reconcile(config: string): Promise<ExitCode> {
  typed('rfcached reconcile --once')
  const code = await reconcileOnce({ config, json: false, rebuild: false, adopt: false, verify: false, dryRun: false })
  blank()
  return code
}

function showTables(application: Application): void {
  heading('What the application reads there, without asking Gitea')
  say(
    'cached_rfcs has the entries, in the words of their authors, and the text of the active ones from their repositories:',
  )
  table(['rfc', 'slug', 'state', 'title'], application.rfcs())
  say(`cached_prs has every pull request, and who is behind it. That is known by the login of whoever opened it, or
    where the bot did, by the application's actions, or by a trailer in the text, or not at all:`)
  table(['pull', 'state', 'opened_by', 'known_by', 'title'], application.pulls())
  say('cached_branches has the branches that people work on, beside main:')
  table(['slug', 'branches'], application.branchesBySlug())
}

function showMoved(before: Seen, application: Application): void {
  heading('What moved in the tables')
  table(['row', 'was', 'is'], moved(before, look(application)))
  say(
    'Nothing that was there is lost. The entry that cannot be read keeps its last good row, and beside it stands why:',
  )
  list(application.rfcs().flatMap(({ slug, problem }) => (problem ? [`${slug}: ${problem}`] : [])))
}

function showLateAction(application: Application, act: Scene['act'], action: LateAction): void {
  heading('An action that comes late')
  say("The pull about tombstones was the bot's, and nobody had told for whom. Now the application notes that:")
  typed(`INSERT INTO actions … ('${action.kind}', '${action.slug}', ${action.pull}, '${action.by}', …)`)
  const before = look(application)
  act(action)
  table(['row', 'was', 'is'], moved(before, look(application)))
  say(
    'It is seen at once, with no rfcached at work: triggers that it put on actions set the columns in the same transaction.',
  )
}
