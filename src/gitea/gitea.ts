import { unlessEnded } from '../effects.ts'
import { commitsApi } from './api/commits.ts'
import { filesApi } from './api/files.ts'
import { hooksApi } from './api/hooks.ts'
import { pullsApi } from './api/pulls.ts'
import { refsApi } from './api/refs.ts'
import { reposApi } from './api/repos.ts'
import { readServer, type Server } from './api/server.ts'
import { type Client, type ClientOptions, createClient } from './client.ts'

export type Gitea = ReturnType<typeof giteaOver> & {
  /** The same, whose every request ends when the signal aborts. */
  endedBy: (signal: AbortSignal) => Gitea
}

/** Everything the mirror asks of Gitea, over one client. The server is asked what it is once, when first needed. */
export function openGitea(options: ClientOptions): Gitea {
  const client = createClient(options)
  let known: Promise<Server> | undefined
  const server = () => {
    known ??= readServer(client)
    known.catch(() => {
      known = undefined
    })
    return known
  }
  const over = (ending: Client, ask: () => Promise<Server>): Gitea => ({
    ...giteaOver(ending, ask),
    endedBy: (signal) => over(ending.endedBy(signal), () => unlessEnded(ask(), signal)),
  })
  return over(client, server)
}

function giteaOver(client: Client, server: () => Promise<Server>) {
  return {
    server,
    traffic: client.traffic,
    repos: reposApi(client, server),
    refs: refsApi(client),
    files: filesApi(client, server),
    commits: commitsApi(client, server),
    pulls: pullsApi(client, server),
    hooks: hooksApi(client, server),
  }
}
