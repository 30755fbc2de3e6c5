import { type Config, giteaToken } from '../../config.ts'
import { realEffects } from '../../effects.ts'
import { ConfigError, TransientError } from '../../errors.ts'
import { accessApi } from '../../gitea/api/access.ts'
import { filesApi } from '../../gitea/api/files.ts'
import { reposApi } from '../../gitea/api/repos.ts'
import { readServer } from '../../gitea/api/server.ts'
import { concurrency, createClient } from '../../gitea/client.ts'
import { type Door, openDoor } from '../../gitea/door.ts'

/** The daemon is patient with a slow server; a person who waits for an examination is not. */
const deadlineMs = 20_000

export type Patient = Awaited<ReturnType<typeof openPatient>>

/** What the checks look at: the configuration, and Gitea as a stranger and as the token's owner see it; each fact is asked once. */
export function openPatient(config: Config, configFile: string, environment: NodeJS.ProcessEnv) {
  const { url, org, metaRepo, botUser, caFile } = config.gitea
  const opened = openDoor(new URL(url).origin, { connections: concurrency, caFile })
  const asker = (token: string) => askerOf({ door: hasty(opened.door), url, token, effects: realEffects, retries: 0 })
  const stranger = asker('')
  const token = once(() => giteaToken(config, environment))
  const bearer = once(() => asker(token().value))
  return {
    config,
    configFile,
    environment,
    token,
    stranger,
    bearer,
    /** What the server says of itself to anybody, or where it asks everybody to sign in, to the token. */
    server: once(() =>
      stranger.server().catch((error: unknown) => {
        if (error instanceof ConfigError) return bearer().server()
        throw error
      }),
    ),
    meta: once(() => bearer().repos.find(`${org}/${metaRepo}`)),
    hasOrganisation: once(() => bearer().access.hasOrganisation(org)),
    opener: once(() => bearer().access.opener(org, botUser)),
    [Symbol.asyncDispose]: opened[Symbol.asyncDispose],
  }
}

function askerOf(options: Parameters<typeof createClient>[0]) {
  const client = createClient(options)
  const server = once(() => readServer(client))
  return {
    server,
    traffic: client.traffic,
    repos: reposApi(client, server),
    files: filesApi(client, server),
    access: accessApi(client),
  }
}

function hasty(door: Door): Door {
  return async (request) => {
    const late = AbortSignal.timeout(deadlineMs)
    try {
      return await door({ ...request, signal: request.signal ? AbortSignal.any([request.signal, late]) : late })
    } catch (cause) {
      if (late.aborted) throw new TransientError(`Gitea gave no answer in ${deadlineMs / 1000} s.`, { cause })
      throw cause
    }
  }
}

/** Asks when first needed, and keeps what came of it, a failure too. */
function once<T>(ask: () => T): () => T {
  let kept: { value: T } | undefined
  return () => {
    kept ??= { value: ask() }
    return kept.value
  }
}
