import { z } from 'zod'
import { type FakeAnswer, json, nothing } from '../answer.ts'
import { bodyOf, type Call, param, signedIn } from '../call.ts'
import { addHook, changeHook, type HookOptions } from '../changes/hook.ts'
import { deliver } from '../events/notify.ts'
import { pushEvent } from '../events/refs.ts'
import { paged, pageOf, rowsOf } from '../paging.ts'
import { absent, failure, forbidden } from '../refusals.ts'
import { administeredRepo } from '../repo-of.ts'
import type { RouteLine } from '../router.ts'
import { hookShape } from '../shapes/hook.ts'
import { owns } from '../state/access.ts'
import type { Hook } from '../state/hook.ts'
import { tipOf } from '../state/repo.ts'
import { organizationOf } from './users.ts'

const repoHooks = '/repos/:owner/:repo/hooks'
const orgHooks = '/orgs/:org/hooks'

/** Hooks of repositories and of organisations; only the former can be tested. */
export const hookRoutes: RouteLine[] = [
  ...[repoHooks, orgHooks].flatMap((pattern): RouteLine[] => {
    const scope = pattern === repoHooks ? 'repository' : 'organization'
    return [
      { method: 'GET', pattern, scope, route: list },
      { method: 'POST', pattern, scope, route: create },
      {
        method: 'GET',
        pattern: `${pattern}/:id`,
        scope,
        route: (call) => json(200, hookShape(call.state, hookOf(call))),
      },
      { method: 'PATCH', pattern: `${pattern}/:id`, scope, route: edit },
      { method: 'DELETE', pattern: `${pattern}/:id`, scope, route: remove },
    ]
  }),
  { method: 'POST', pattern: `${repoHooks}/:id/tests`, scope: 'repository', route: test },
]

function list(call: Call): FakeAnswer {
  const page = pageOf(call)
  const hooks = hooksOf(call)
  return paged(
    call,
    hooks.length,
    page,
    rowsOf(hooks, page).map((hook) => hookShape(call.state, hook)),
  )
}

const fields = {
  active: z.boolean().optional(),
  events: z.array(z.string()).default([]),
  branch_filter: z.string().default(''),
  authorization_header: z.string().default(''),
}
const config = z.object({
  url: z.string().optional(),
  content_type: z.string().optional(),
  secret: z.string().optional(),
})
const newHook = z.object({ ...fields, type: z.string(), config })
const changedHook = z.object({ ...fields, config: config.default({}) })

type HookWords = z.infer<typeof changedHook>

/** Gitea 1.26.1 refuses a url that is none; Forgejo 7.0.0 takes anything. `active` is false unless said. */
function create(call: Call): FakeAnswer {
  const owner = hookOwner(call)
  const { type, ...words } = bodyOf(call, newHook)
  const { url, content_type, secret = '' } = words.config
  if (!hookTypes(call).includes(type)) throw failure(call, 422, `Invalid hook type: ${type}`)
  if (url === undefined) throw failure(call, 422, 'Missing config option: url')
  if (content_type === undefined) throw failure(call, 422, 'Missing config option: content_type')
  checkConfig(call, words)
  const hook = addHook(call.state, owner, url, { active: false, ...optionsOf(words), type, secret })
  return json(201, hookShape(call.state, hook))
}

function edit(call: Call): FakeAnswer {
  const hook = hookOf(call)
  const words = bodyOf(call, changedHook)
  checkConfig(call, words)
  const { url } = words.config
  changeHook(call.state, hook, { ...optionsOf(words), ...(url === undefined ? {} : { url }) })
  return json(200, hookShape(call.state, hook))
}

function optionsOf({ config: { content_type }, active, ...words }: HookWords): HookOptions {
  return {
    events: words.events,
    branchFilter: words.branch_filter,
    authorization: words.authorization_header,
    ...(active === undefined ? {} : { active }),
    ...(content_type === undefined ? {} : { contentType: content_type === 'form' ? 'form' : 'json' }),
  }
}

function checkConfig(call: Call, { config: { url, content_type } }: HookWords): void {
  if (content_type !== undefined && !['json', 'form'].includes(content_type))
    throw failure(call, 422, 'Invalid content type')
  const valid = url === undefined || (/^https?:\/\//.test(url) && URL.canParse(url))
  if (!valid && call.state.dialect.since(24)) throw failure(call, 422, 'Invalid url')
}

function hookTypes({ state }: Call): string[] {
  return ['gitea', 'gogs', ...(state.dialect.forgejo ? ['forgejo'] : [])]
}

function remove(call: Call): FakeAnswer {
  const hook = hookOf(call)
  call.state.hooks = call.state.hooks.filter(({ id }) => id !== hook.id)
  return nothing()
}

/** Delivers a push of the default branch from its tip to its tip; an empty repository has nothing to deliver. */
function test(call: Call): FakeAnswer {
  const repo = administeredRepo(call)
  const hook = hookOf(call)
  const tip = tipOf(repo, repo.defaultBranch)
  const push = { repo, ref: `refs/heads/${repo.defaultBranch}`, before: tip, after: tip, pusher: signedIn(call) }
  if (tip && hook.active && hook.events.has('push')) deliver(call.state, hook, pushEvent(call.state, push))
  return nothing()
}

function hookOf(call: Call): Hook {
  const hook = hooksOf(call).find(({ id }) => id === Number(param(call, 'id')))
  if (!hook) throw absent(call)
  return hook
}

function hooksOf(call: Call): Hook[] {
  const { kind, id } = hookOwner(call)
  return call.state.hooks.filter(({ owner }) => owner.kind === kind && owner.id === id)
}

function hookOwner(call: Call): Hook['owner'] {
  signedIn(call)
  if (call.params.repo !== undefined) return { kind: 'repository', id: administeredRepo(call).id }
  const organization = organizationOf(call)
  if (!owns(call.caller, organization)) throw forbidden(call, 'Must be an organization owner')
  return { kind: 'organization', id: organization.id }
}
