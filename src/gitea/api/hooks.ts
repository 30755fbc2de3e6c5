import { z } from 'zod'
import { ConfigError, Forbidden, TransientError } from '../../errors.ts'
import type { Hook } from '../../rules/hook.ts'
import { parsed, reason } from '../answer.ts'
import type { Client } from '../client.ts'
import type { HttpAnswer } from '../door.ts'
import { walk } from '../pages.ts'
import { repoPath } from './repos.ts'
import type { Server } from './server.ts'

/** Who a hook belongs to: an organisation by its name, or a repository by owner/name. */
export type HookPlace = { level: 'organization' | 'repository'; name: string }
export type NewHook = { url: string; secret: string; events: string[] }

const hookShape = z
  .object({
    id: z.number().int(),
    type: z.string(),
    config: z.object({ url: z.string().default(''), content_type: z.string().default('') }),
    events: z.array(z.string()).nullish(),
    active: z.boolean(),
    branch_filter: z.string().nullish(),
  })
  .transform(
    (hook): Hook => ({
      id: hook.id,
      type: hook.type,
      url: hook.config.url,
      contentType: hook.config.content_type,
      events: hook.events ?? [],
      active: hook.active,
      branchFilter: hook.branch_filter ?? '',
    }),
  )

/**
 * Webhooks. There is no way to edit one: an edit never changes the secret, and sets back what it does not say.
 * @throws Forbidden where the token may not manage hooks: 403, or 404 for who may not even know of them.
 */
export function hooksApi(client: Client, server: () => Promise<Server>) {
  return {
    /** All of them, without the hooks of the level above. */
    list: (place: HookPlace): Promise<Hook[]> =>
      permitted(place, async () => {
        const { pageSize } = await server()
        return (await walk(client, hooksPath(place), pageSize, hookShape, (hook) => hook.id)) ?? hidden(place)
      }),
    /** Makes one that sends JSON, and shows what the server made of it. */
    create: (place: HookPlace, { url, secret, events }: NewHook): Promise<Hook> =>
      permitted(place, async () => {
        const path = hooksPath(place)
        const body = { type: 'gitea', active: true, events, config: { url, content_type: 'json', secret } }
        const answer = await client.change(path, { method: 'POST', body })
        if (answer.status === 404) return hidden(place)
        if (answer.status === 422)
          throw new ConfigError(`Gitea refuses a hook for ${url}: ${reason(answer)}`, 'Mend webhook.url.')
        return parsed(done(answer, path), path, hookShape)
      }),
    /** Deletes one; one that is gone already is well gone. */
    remove: (place: HookPlace, id: number): Promise<void> =>
      permitted(place, async () => {
        const path = `${hooksPath(place)}/${id}`
        const answer = await client.change(path, { method: 'DELETE' })
        if (answer.status !== 404) done(answer, path)
      }),
    /**
     * Has Gitea deliver a push that changes nothing to a repository's hook, which must be active and want pushes; organisations'
     * hooks have no such call. Gitea answers before it delivers. False: the repository is empty (Forgejo 7 answers 500 then).
     */
    test: (repo: string, id: number): Promise<boolean> =>
      permitted({ level: 'repository', name: repo }, async () => {
        const path = `${repoPath(repo)}/hooks/${id}/tests`
        const answer = await client.change(path, { method: 'POST' })
        if (answer.status !== 404) done(answer, path)
        return answer.status !== 404
      }),
  }
}

function hooksPath({ level, name }: HookPlace): string {
  return level === 'repository' ? `${repoPath(name)}/hooks` : `/orgs/${encodeURIComponent(name)}/hooks`
}

async function permitted<T>(place: HookPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Forbidden) throw new Forbidden(error.message, hint(place), { cause: error })
    throw error
  }
}

function hint({ level, name }: HookPlace): string {
  return level === 'organization'
    ? `Give the token the scope write:organization, and let its user be an owner of ${name}.`
    : `Give the token the scope write:repository, and let its user administer ${name}.`
}

function hidden({ level, name }: HookPlace): never {
  const what = level === 'organization' ? 'it is no organisation, the token may not see it' : 'the token may not see it'
  throw new Forbidden(`Gitea shows no hooks of ${name}: ${what}, or app.ini says DISABLE_WEBHOOKS.`, '')
}

function done(answer: HttpAnswer, path: string): HttpAnswer {
  if (answer.status < 300) return answer
  throw new TransientError(`Gitea answered ${answer.status} to ${path}: ${reason(answer)}`)
}
