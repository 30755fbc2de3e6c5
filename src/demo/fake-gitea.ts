import type { FakeAnswer, FakeRequest } from './answer.ts'
import { type DialectName, dialectOf } from './dialect.ts'
import { type Faults, insteadOf, spoil } from './faults.ts'
import { router } from './router.ts'
import { branchRoutes } from './routes/branches.ts'
import { commitRoutes } from './routes/commits.ts'
import { contentsRoutes } from './routes/contents.ts'
import { gitRoutes } from './routes/git.ts'
import { hookRoutes } from './routes/hooks.ts'
import { issueRoutes } from './routes/issues.ts'
import { pullRoutes } from './routes/pulls.ts'
import { rawRoutes } from './routes/raw.ts'
import { repoRoutes } from './routes/repos.ts'
import { serverRoutes } from './routes/server.ts'
import { talkRoutes } from './routes/talk.ts'
import { userRoutes } from './routes/users.ts'
import { branchWriteRoutes } from './routes/write-branches.ts'
import { fileWriteRoutes } from './routes/write-files.ts'
import { pullWriteRoutes } from './routes/write-pulls.ts'
import { repoWriteRoutes } from './routes/write-repos.ts'
import { userWriteRoutes } from './routes/write-users.ts'
import { backupOf } from './state/backup.ts'
import type { Delivery, State } from './state/state.ts'
import { type World, worldOf } from './world/world.ts'

export type FakeOptions = {
  dialect: DialectName
  /** Milliseconds since 1970; the fake has no clock of its own. */
  now: () => number
  /** A number from 0 to 1, for tokens and delivery ids; the fake has no randomness of its own. */
  random: () => number
  /** Where the server believes it is reached, which its links begin with. */
  url: string
  faults?: Faults
}

export type FakeGitea = {
  /** Answers a request, at once and with nothing but the memory it holds. */
  handle: (request: FakeRequest) => FakeAnswer
  /** Seeds and changes it without HTTP. */
  world: World
  /** Takes the webhooks that wait; there are none while a receiver is set. */
  deliveries: () => Delivery[]
  /** Hands every webhook over as it arises, those waiting first, instead of keeping it. */
  onDelivery: (receiver: (delivery: Delivery) => void) => void
  /** Sets what goes wrong from now on. */
  fail: (faults: Faults | undefined) => void
  /** Takes a backup of the server; calling what comes back restores it. */
  backup: () => () => void
  /** Tells it where it is reached now. */
  listenAt: (url: string) => void
}

/** A Gitea or Forgejo in memory, as far as this project reads or a test changes one. */
export function fakeGitea(options: FakeOptions): FakeGitea {
  const waiting: Delivery[] = []
  let faults = options.faults
  const keep = (delivery: Delivery) => void waiting.push(delivery)
  const state = emptyState(options, keep)
  return {
    handle: (request) => faultyAnswer(state, request, faults?.(request)),
    world: worldOf(state),
    deliveries: () => waiting.splice(0),
    onDelivery(receiver) {
      for (const delivery of waiting.splice(0)) receiver(delivery)
      state.deliver = receiver
    },
    fail(next) {
      faults = next
    },
    backup: () => backupOf(state),
    listenAt(url) {
      state.url = url.replace(/\/$/, '')
    },
  }
}

const answer = router([
  ...serverRoutes,
  ...userRoutes,
  ...issueRoutes,
  ...repoRoutes,
  ...gitRoutes,
  ...contentsRoutes,
  ...rawRoutes,
  ...branchRoutes,
  ...commitRoutes,
  ...pullRoutes,
  ...hookRoutes,
  ...userWriteRoutes,
  ...repoWriteRoutes,
  ...talkRoutes,
  ...pullWriteRoutes,
  ...branchWriteRoutes,
  ...fileWriteRoutes,
])

function faultyAnswer(state: State, request: FakeRequest, fault: ReturnType<Faults>): FakeAnswer {
  const broken = fault && insteadOf(fault)
  if (broken) return completed(state, broken)
  const good = answer(state, request)
  return completed(state, fault ? spoil(fault, good) : good)
}

/** What every answer carries. Go states the length of bodies up to 2048 bytes and sends longer ones in chunks. */
function completed({ dialect, now }: State, { headers, ...answer }: FakeAnswer): FakeAnswer {
  const unrouted = 'Allow' in headers || (answer.status === 404 && headers['Content-Type']?.startsWith('text/plain'))
  const cached = dialect.since(16) && (dialect.forgejo || !unrouted)
  return {
    ...answer,
    headers: {
      ...(cached ? { 'Cache-Control': 'max-age=0, private, must-revalidate, no-transform' } : {}),
      'X-Content-Type-Options': 'nosniff',
      ...(dialect.since(24) ? {} : { 'X-Frame-Options': 'SAMEORIGIN' }),
      ...headers,
      Date: new Date(now()).toUTCString(),
      ...(answer.body.length <= 2048 ? { 'Content-Length': String(answer.body.length) } : {}),
    },
  }
}

function emptyState({ dialect, now, random, url }: FakeOptions, deliver: State['deliver']): State {
  return {
    dialect: dialectOf(dialect),
    url: url.replace(/\/$/, ''),
    now,
    random,
    users: new Map(),
    tokens: [],
    repos: new Map(),
    hooks: [],
    moved: new Map(),
    renamed: new Map(),
    lastIds: new Map(),
    deliver,
  }
}
