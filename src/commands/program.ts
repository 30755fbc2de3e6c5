import { Argument, Command, CommanderError } from 'commander'
import { ConfigError, sentence } from '../errors.ts'
import type { ExitCode } from './command.ts'
import { complain } from './print.ts'

/** Runs one command line and returns its exit code; whatever goes wrong is one whole sentence on standard error. */
export async function runProgram(argv: string[]): Promise<ExitCode> {
  let code: ExitCode = 0
  const program = createProgram((ended) => {
    code = ended
  })
  try {
    await program.parseAsync(argv)
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    complain(`rfcached: ${sentence(error)}\n`)
    if (!(error instanceof ConfigError) && process.env.RFCACHED_DEBUG)
      complain(`${error instanceof Error ? error.stack : ''}\n`)
    return error instanceof ConfigError ? 2 : 1
  }
}

function createProgram(ended: (code: ExitCode) => void): Command {
  const program = new Command('rfcached')
    .description('Keeps a SQLite copy of what an RFC process keeps in Gitea.')
    .exitOverride()
  const verb = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option('-c, --config <file>', 'configuration', process.env.RFCACHED_CONFIG ?? 'config.json')
      .option('--json', 'one JSON object on standard output', false)
      .exitOverride()
  verb('reconcile', 'read everything that can have moved from Gitea, once')
    .requiredOption('--once', 'do it now and end')
    .option('--rebuild', 'trust nothing that is held: read everything again, in place', false)
    .option('--adopt', "with --rebuild: take the place of cached_* tables that are not rfcached's", false)
    .option('--verify', 'compare the copy with Gitea and change nothing', false)
    .option('--dry-run', 'say what a reconcile would change, and change nothing', false)
    .action(async (options) => ended(await (await import('./reconcile.ts')).reconcileOnce(options)))
  verb('serve', 'keep the copy fresh: receive webhooks, and look for oneself by cron').action(async (options) =>
    ended(await (await import('./serve.ts')).serve(options)),
  )
  verb('status', 'say how the copy and the service are doing').action(async (options) =>
    ended(await (await import('./status.ts')).showStatus(options)),
  )
  verb('backfill', 'list the chunked migrations of the database, or run one and wait for its end')
    .argument('[name]', 'which to run: one that failed is tried again, one that was done is done again')
    .action(async (name, options) => ended(await (await import('./backfill.ts')).backfill(name, options)))
  verb('hooks', 'install, list or remove the webhook that calls us')
    .addArgument(new Argument('<action>').choices(['install', 'list', 'remove']))
    .option('--rotate', 'with install: make a new hook with the secret configured now, and delete the old one', false)
    .option('--token-file <file>', 'a token that may manage hooks, when the configured one may not')
    .action(async (action, options) => ended(await (await import('./hooks.ts')).manageHooks(action, options)))
  verb('doctor', 'check the configuration, Gitea, the token and the database, and say what to do').action(
    async (options) => ended(await (await import('./doctor.ts')).examine(options)),
  )
  program
    .command('demo')
    .description('show it all on a small RFC organisation in a fake Gitea')
    .option('--serve', 'keep the fake Gitea and the daemon running, with a change every few seconds', false)
    .action(async ({ serve }) =>
      ended(await (serve ? (await import('./demo/serve.ts')).serveDemo() : (await import('./demo.ts')).showDemo())),
    )
  return program
}
