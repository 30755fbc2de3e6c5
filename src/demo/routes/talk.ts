import { z } from 'zod'
import { type FakeAnswer, json } from '../answer.ts'
import { bodyOf, type Call, param, signedIn } from '../call.ts'
import { commentPull, labelPull, reviewPull } from '../changes/edit.ts'
import { absent } from '../refusals.ts'
import { repoOf, writableRepo } from '../repo-of.ts'
import type { RouteLine } from '../router.ts'
import { commentShape } from '../shapes/comment.ts'
import { labelShape, labelShapes } from '../shapes/issue.ts'
import { reviewShape } from '../shapes/review.ts'
import type { Repo } from '../state/repo.ts'
import { nextId } from '../state/state.ts'

/** What people say and stick to pulls. */
export const talkRoutes: RouteLine[] = [
  { method: 'GET', pattern: '/repos/:owner/:repo/issues/:number/comments', scope: 'issue', route: listComments },
  { method: 'POST', pattern: '/repos/:owner/:repo/issues/:number/comments', scope: 'issue', route: comment },
  { method: 'PATCH', pattern: '/repos/:owner/:repo/issues/comments/:id', scope: 'issue', route: editComment },
  { method: 'POST', pattern: '/repos/:owner/:repo/labels', scope: 'issue', route: createLabel },
  { method: 'POST', pattern: '/repos/:owner/:repo/issues/:number/labels', scope: 'issue', route: addLabels },
  { method: 'POST', pattern: '/repos/:owner/:repo/pulls/:number/reviews', scope: 'repository', route: review },
]

function listComments(call: Call): FakeAnswer {
  const repo = repoOf(call)
  const pull = pullNumbered(call, repo)
  const shapes = pull.comments.map((said) => commentShape(call.state, repo, pull, said))
  const total = String(shapes.length)
  return json(200, shapes, { 'Access-Control-Expose-Headers': 'X-Total-Count', 'X-Total-Count': total })
}

function comment(call: Call): FakeAnswer {
  const repo = repoOf(call)
  const pull = pullNumbered(call, repo)
  const { body } = bodyOf(call, z.object({ body: z.string().min(1) }))
  return json(201, commentShape(call.state, repo, pull, commentPull(call.state, repo, pull, body, signedIn(call))))
}

/** An edited comment moves nothing. */
function editComment(call: Call): FakeAnswer {
  const repo = repoOf(call)
  const { body } = bodyOf(call, z.object({ body: z.string().min(1) }))
  for (const pull of repo.pulls.values()) {
    const said = pull.comments.find(({ id }) => id === Number(param(call, 'id')))
    if (!said) continue
    said.body = body
    return json(200, commentShape(call.state, repo, pull, said))
  }
  throw absent(call)
}

function createLabel(call: Call): FakeAnswer {
  const repo = writableRepo(call)
  const { name, color } = bodyOf(call, z.object({ name: z.string(), color: z.string() }))
  const label = { id: nextId(call.state, 'label'), name, color: color.replace('#', '') }
  repo.labels.push(label)
  return json(201, labelShape(call.state, repo, label))
}

function addLabels(call: Call): FakeAnswer {
  const repo = writableRepo(call)
  const pull = pullNumbered(call, repo)
  const { labels } = bodyOf(call, z.object({ labels: z.array(z.number()) }))
  labelPull(call.state, repo, pull, [...new Set([...pull.labelIds, ...labels])], signedIn(call))
  return json(200, labelShapes(call.state, repo, pull))
}

function review(call: Call): FakeAnswer {
  const repo = repoOf(call)
  const pull = pullNumbered(call, repo)
  const { event, body } = bodyOf(call, z.object({ event: z.string(), body: z.string().default('') }))
  const kind = event === 'APPROVED' ? 'approved' : 'rejected'
  reviewPull(call.state, repo, pull, kind, body, signedIn(call))
  return json(200, reviewShape(call.state, repo, pull, { state: event, body }, signedIn(call)))
}

function pullNumbered(call: Call, repo: Repo) {
  const pull = repo.pulls.get(Number(param(call, 'number')))
  if (!pull) throw absent(call)
  return pull
}
