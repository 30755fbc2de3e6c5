import { application } from './application.ts'
import { type Chance, chanceOf } from './chance.ts'
import { changes } from './changes.ts'
import { fair, randomWeather, slow, weatherOf } from './network.ts'
import type { Cause, Post } from './post.ts'
import type { Scene } from './scene.ts'
import type { Step } from './steps.ts'
import type { Upstream } from './upstream.ts'

type Act = (up: Upstream, chance: Chance) => string | undefined
/** What only a whole sweep can see, by the table of what a probe cannot. */
const unseenByProbes = /^(branch renamed|closed pull deleted|open pull replaced|repository’s pulls)/

/** What moves no time that Gitea tells: probes see it of the repositories on the first page. */
const unseenBeyondAPage =
  /^(repository renamed|repositories swapped|repository shown|default branch (changed|renamed)|open pull deleted)/

/** Lets one step after the other happen; the story says what did. */
export function happenings(scene: Scene, post: Post, story: string[]) {
  const { state, clock, up, network, pass, request } = scene
  let isLate = false
  let restore: (() => void) | null = null

  /** A change as Gitea makes it: some are seen by their webhook before anybody can read them. */
  const change = async (kind: string, act: Act) => {
    const { chance } = state
    const lag = isLate || chance.odds(0.2) ? chance.between(500, 3900) : 0
    const isProbed = chance.odds(isLate ? 0.9 : 0.4)
    isLate = false
    const before = lag > 0 ? up.fake.backup() : null
    const said = act(up, chance)
    const deliveries = post.collect()
    if (said === undefined) return
    if (unseenByProbes.test(kind) || (unseenBeyondAPage.test(kind) && !scene.fitsAPage())) state.isBlind = true
    const cause: Cause = { event: Number.POSITIVE_INFINITY, moved: [] }
    if (before) {
      const after = up.fake.backup()
      before()
      await post.send(deliveries, cause, chance)
      const early = chance.below(lag)
      await pass(early)
      if (isProbed) request(chance.one(['probe', 'probe', 'reconcile']))
      await pass(lag - early)
      after()
    }
    Object.assign(cause, scene.observe())
    if (!before) await post.send(deliveries, cause, chance)
    story.push(`${kind}: ${said}${lag ? ` (seen ${lag} ms late)` : ''}, ${deliveries.length} deliveries`)
  }

  const acts = (kind: string, chance: Chance) => {
    const watcher = scene.watcher()
    if (!watcher || !application[kind]) return
    const pulls = [...watcher.rows('cached_prs').values()]
    const branches = [...watcher.rows('cached_branches').values()]
    const names = [...watcher.repos().values()].map(({ full_name }) => full_name)
    application[kind](watcher.db.name, { pulls, branches, names }, chance, clock.now() + up.server.skew)
    watcher.look()
  }

  const begin = () => {
    scene.start()
    if (state.chance.odds(0.3)) request('reconcile')
  }

  const steps: Record<string, (chance: Chance) => unknown> = {
    'first sweep': async () => {
      scene.start().request('reconcile')
      await pass(20_000)
    },
    weather: (chance) => {
      const weather = randomWeather(chance)
      network.setWeather(weather)
      story.push(JSON.stringify(weather))
    },
    'fair weather': () => network.setWeather(fair),
    'slow answers': () => network.setWeather(slow),
    silence: () => {
      post.state.isSilent = true
    },
    'webhooks again': () => {
      post.state.isSilent = false
    },
    'seen late': () => {
      isLate = true
    },
    probe: () => request('probe'),
    sweep: (chance) => request(chance.one(['reconcile', 'reconcile', 'rebuild'])),
    'long pause': (chance) => scene.leap(chance.between(10_000, 900_000)),
    crash: (chance) => {
      const one = scene.alive()
      if (one) one.life.left = chance.one([0, chance.below(20), chance.below(300)])
    },
    restart: async () => {
      const one = scene.alive()
      if (one) await scene.bury(one)
      begin()
    },
    stopped: () => {
      const one = scene.alive()
      if (!one || scene.processes.length > 1) return
      one.sleeper.frozen = true
      scene.start()
    },
    'goes on': () => {
      for (const one of scene.processes) one.sleeper.frozen = false
    },
    'server’s clock': (chance) => {
      up.server.skew += chance.one([-1, 1]) * chance.between(1, 4000) * 1000
      state.isBlind = true
    },
    'own clock': (chance) => {
      network.forgivePauses()
      state.ownSkew += chance.one([-1, 1]) * chance.between(1, 4000) * 1000
    },
    'backup taken': () => {
      restore = up.fake.backup()
    },
    'backup restored': () => {
      if (!restore) return
      restore()
      state.isRestored = true
      scene.observe()
    },
    'forged delivery': (chance) => post.forge(chance),
    'old delivery again': (chance) => post.repeat(chance),
  }

  return async ({ kind, seed, wait }: Step): Promise<void> => {
    const chance = chanceOf(seed)
    state.chance = chance
    if (scene.processes.length === 0) begin()
    scene.watch()
    const act = actOf(kind)
    if (act) await change(kind, act)
    else {
      story.push(kind)
      const weather = weatherOf(kind, chance)
      if (weather) network.setWeather(weather)
      await steps[kind]?.(chance)
      acts(kind, chance)
    }
    await pass(wait)
  }
}

function actOf(kind: string): Act | undefined {
  const acts: Record<string, Act> = Object.assign({}, ...Object.values(changes))
  return acts[kind]
}
