import { fakeDoor } from '../../src/demo/door.ts'
import type { FakeGitea } from '../../src/demo/fake-gitea.ts'
import type { Fault } from '../../src/demo/faults.ts'
import type { Door, HttpAnswer } from '../../src/gitea/door.ts'
import type { Chance } from './chance.ts'
import type { Clock, Sleeper } from './clock.ts'

/** What goes wrong, how often, where, and how long answers take, in milliseconds: all, or only those of paths with `slowAt` in them. */
export type Weather = { odds: number; kinds: Trouble[]; from: number; to: number; where: string; slowAt?: string }

/** Parts of paths: what alone may be struck. */
const places = [
  '/git/refs',
  '/pulls',
  '/pulls/',
  'search',
  'contents',
  '/git/',
  '/git/trees',
  '/git/blobs',
  '/raw/',
  '/commits',
  '/repos/rfcs/one',
  '/repos/rfcs/two',
  '/repos/rfcs/meta',
] as const

const troubles = [
  '5xx',
  '429',
  '404',
  '403',
  '401',
  'html',
  'nulls',
  'short',
  'total',
  'truncate',
  'reset',
  'hang',
  'few',
  'stale',
  'bytes',
] as const
type Trouble = (typeof troubles)[number]

export const fair: Weather = { odds: 0, kinds: [], from: 1, to: 40, where: '' }
export const slow: Weather = { ...fair, from: 500, to: 12_000 }

/** Weather of any kind; a lie that nobody could see through (an old page as if it were new) is rare. */
export function randomWeather(chance: Chance): Weather {
  const mostly = troubles.filter((kind) => !['401', 'stale', 'few'].includes(kind))
  const kinds = Array.from({ length: chance.between(1, 4) }, () => chance.pick(mostly) ?? '5xx')
  if (chance.odds(0.05)) kinds.push('401')
  if (chance.odds(0.05)) kinds.push('stale')
  if (chance.odds(0.3)) kinds.push('few')
  const [from, to] = chance.one([
    [1, 50],
    [10, 3000],
    [1, 20_000],
  ])
  const where = chance.odds(0.5) ? '' : chance.one(places)
  return { odds: chance.one([0, 0.05, 0.2, 0.5, 1]), kinds, from, to, where }
}

/** Weather in which one kind of trouble alone comes, mostly always: `only 404`, or at a place alone: `only 404 /raw/`. */
export function weatherOf(name: string, chance: Chance): Weather | null {
  const [, slowAt] = /^slow answers of (\S+)$/.exec(name) ?? []
  if (slowAt) return { ...slow, slowAt }
  const [, kind, where = chance.odds(0.4) ? '' : chance.one(places)] = /^only (\S+)(?: (\S+))?$/.exec(name) ?? []
  const trouble = troubles.find((one) => one === kind)
  return trouble ? { odds: chance.one([1, 1, 0.5]), kinds: [trouble], from: 1, to: 50, where } : null
}

export type Network = ReturnType<typeof openNetwork>

type Options = {
  fake: FakeGitea
  clock: Clock
  chance: () => Chance
  /** Items on a page; null: as many as the server usually gives. */
  pageSize: number | null
  /** Whether so many rows of a repository are shown that a sudden loss must be looked at twice. */
  isRich: (path: string) => boolean
  /** Told of each promise to the server that is broken. */
  wrong: (what: string) => void
}

/**
 * The way to Gitea: each answer takes its time and is computed somewhere in it, so that answers overtake each other; and in bad
 * weather something goes wrong with it.
 */
export function openNetwork({ fake, clock, chance, pageSize, isRich, wrong }: Options) {
  const direct = fakeDoor(fake)
  const earlier = new Map<string, HttpAnswer[]>()
  const cutAt = new Map<string, number>()
  let pauses = new WeakMap<Sleeper, number>()
  let weather = fair
  let told = false
  let requests = 0

  const answerTo = async (
    request: Parameters<Door>[0],
    fault: Fault | 'stale' | 'bytes' | undefined,
  ): Promise<HttpAnswer> => {
    const old = earlier.get(request.path) ?? []
    const stale = fault === 'stale' ? chance().pick(old) : undefined
    if (stale) {
      told = true
      return { ...stale, headers: { ...stale.headers, date: new Date(clock.now()).toUTCString() } }
    }
    fake.fail(() => (typeof fault === 'string' ? undefined : fault))
    const answer = await direct({ ...request, body: request.body ?? '' })
    if (fault === 'bytes') return withOtherBytes(answer, request.path)
    if (fault === undefined) earlier.set(request.path, [...old.slice(-3), answer])
    return pageSize !== null && request.path.endsWith('/settings/api') ? withPages(answer, pageSize) : answer
  }
  const door = (whose: Sleeper): Door => {
    return (request) =>
      new Promise((resolve, reject) => {
        requests++
        const { signal } = request
        if (signal?.aborted) return reject(signal.reason)
        const pause = (pauses.get(whose) ?? 0) - clock.now()
        if (pause > 0) wrong(`hurried: ${request.path} is asked ${pause} ms before Gitea wants to be asked again`)
        // What lacks the same in a second look is believed.
        const mayCut = (path: string) => clock.now() - (cutAt.get(path) ?? 0) > 60_000 && isRich(path)
        const fault = faultFor(weather, request.path, chance(), mayCut)
        if (fault && /\/git\/refs$/.test(request.path) && Object(fault).kind === 'short')
          cutAt.set(request.path, clock.now())
        const early = chance().odds(0.5) ? answerTo(request, fault) : null
        early?.catch(() => {})
        const { from, to } = request.path.includes(weather.slowAt ?? '') ? weather : fair
        const forget = clock.at(clock.now() + chance().between(from, to), whose, () => {
          const answered = (early ?? answerTo(request, fault)).then((answer) => {
            const seconds = answer.status === 429 ? Number(answer.headers['retry-after'] ?? 0) : 0
            pauses.set(whose, Math.max(pauses.get(whose) ?? 0, clock.now() + seconds * 1000))
            return answer
          })
          answered.then(resolve, reject)
        })
        signal?.addEventListener(
          'abort',
          () => {
            forget()
            reject(signal.reason)
          },
          { once: true },
        )
      })
  }
  return {
    door,
    setWeather: (next: Weather) => {
      weather = next
    },
    requests: () => requests,
    /** A process whose clock was set cannot tell how long it has waited. */
    forgivePauses: () => {
      pauses = new WeakMap()
    },
    /** Whether an old page was passed off as a new one: then nobody can promise that what is shown only gets newer. */
    lied: () => told,
  }
}

function faultFor(
  { odds, kinds, where }: Weather,
  path: string,
  chance: Chance,
  isRich: (path: string) => boolean,
): Fault | 'stale' | 'bytes' | undefined {
  if (odds === 0 || !path.includes(where) || !chance.odds(odds)) return undefined
  const kind = chance.pick(kinds)
  const isRefs = /\/git\/refs/.test(path)
  switch (kind) {
    case '5xx':
      return { kind: 'status', status: chance.one([500, 502, 503]) }
    case '429':
      return { kind: 'status', status: 429, retryAfter: chance.one([0, 1, 20, 90]) }
    case '404':
    case '403':
    case '401':
      return { kind: 'status', status: Number(kind) }
    case 'total':
      return { kind: 'total', total: chance.one([0, 1, 999]) }
    case 'short':
      return isRefs ? undefined : { kind: 'short', keep: chance.below(3) }
    case 'few':
      return path.endsWith('/git/refs') && isRich(path) ? { kind: 'short', keep: 1 } : undefined
    case undefined:
      return undefined
    case 'stale':
    case 'bytes':
      return kind
    default:
      return { kind }
  }
}

/** A text that is not the one its blob id, which stays, is of. */
function withOtherBytes(answer: HttpAnswer, path: string): HttpAnswer {
  if (answer.status !== 200) return answer
  if (path.includes('/raw/')) return { ...answer, body: Buffer.from('Other bytes.\n') }
  const text = Buffer.from(answer.body).toString()
  const other = Buffer.from('---\nslug: other\n---\nOther bytes.\n').toString('base64')
  return { ...answer, body: Buffer.from(text.replaceAll(/"content":"[^"]+"/g, `"content":"${other}"`)) }
}

function withPages(answer: HttpAnswer, size: number): HttpAnswer {
  if (answer.status !== 200) return answer
  try {
    const settings = { ...JSON.parse(Buffer.from(answer.body).toString()), max_response_items: size }
    return { ...answer, body: Buffer.from(JSON.stringify(settings)) }
  } catch {
    return answer
  }
}
