import { Forbidden, TransientError } from '../../errors.ts'
import { allowedHost } from '../../rules/hook.ts'
import { type Copy, type Found, type Ground, placeText } from './ground.ts'
import { type Knock, knock } from './knock.ts'

/** Whether a delivery was seen to arrive (null: it could not be tried), and a hook made for the test, to be deleted. */
export type Verdict = { verified: boolean | null; sentence: string; temporary?: Found }

const patienceMs = 10_000
const lookEveryMs = 250
const later = 'Start the daemon, and say `rfcached hooks install --rotate`, which tests the hook it makes.'

/**
 * Has Gitea deliver to a repository's hook and looks for the delivery in the daemon's inbox. An organisation's hook has no test
 * call: in its stead a hook of the same address and secret is made on `repo`.
 */
export async function verifyDelivery(ground: Ground, secret: string, found: Found, repo: string): Promise<Verdict> {
  const { copy, database } = ground
  if (!copy) return untried(`there is no database ${database} yet in which a delivery would show. ${later}`)
  // What answers where Gitea calls counts; from here nobody may, and then what answers where the daemon listens.
  const hindrance = whyInVain(ground, await knock([ground.url, ground.listenUrl], secret))
  if (hindrance) return hindrance
  if (found.place.level === 'repository') return forgiving(() => tried(ground, copy, found))
  return forgiving(async () => {
    const temporary = await stand(ground, secret, repo)
    return { ...(await forgiving(() => tried(ground, copy, temporary))), temporary }
  })
}

/** That a test cannot be caused is no failure of the installation. */
async function forgiving(attempt: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await attempt()
  } catch (error) {
    if (error instanceof Forbidden) return untried(`${error.message} ${error.hint}`)
    if (error instanceof TransientError) return untried(error.message)
    throw error
  }
}

/** Nobody to deliver to, or somebody who would refuse it. */
function whyInVain({ url }: Ground, answer: Knock | null): Verdict | null {
  if (!answer) return untried(`nothing listens at ${url} from here. ${later}`)
  if (answer.who === 'stranger') return untried(`${strange(answer)} ${later}`)
  if (answer.who === 'knows') return null
  return {
    verified: false,
    sentence: `The daemon at ${answer.at} refuses what is signed with the webhook secret configured here: restart it, so that it reads the secret again.`,
  }
}

function strange({ at, status }: Knock): string {
  return [
    `What answers at ${at} does not take webhooks as rfcached does: it says ${status}.`,
    'Does webhook.url end in /webhooks/gitea, and lead to rfcached? Say `rfcached hooks remove` before you change it.',
  ].join(' ')
}

function untried(why: string): Verdict {
  return { verified: null, sentence: `No delivery was tried: ${why}` }
}

async function stand({ gitea, url }: Ground, secret: string, repo: string): Promise<Found> {
  const place = { level: 'repository' as const, name: repo }
  return { place, hook: await gitea.hooks.create(place, { url, secret, events: ['push'] }) }
}

async function tried({ gitea, effects, url }: Ground, copy: Copy, { place, hook }: Found): Promise<Verdict> {
  const since = effects.now() - 60_000
  const before = new Set(copy.deliveriesSince(since).map(({ id }) => id))
  const arrived = () =>
    copy.deliveriesSince(since).some((one) => !before.has(one.id) && one.event === 'push' && one.repo === place.name)
  if (!(await gitea.hooks.test(place.name, hook.id)))
    return untried(`${placeText(place)} is empty, so that Gitea has nothing to deliver for a test.`)
  for (let waited = 0; waited < patienceMs; waited += lookEveryMs) {
    await effects.sleep(lookEveryMs)
    if (arrived()) return { verified: true, sentence: 'A test delivery arrived in the inbox.' }
  }
  return { verified: false, sentence: silence(url) }
}

function silence(url: string): string {
  return [
    `No delivery came within ${patienceMs / 1000} s, though the daemon listens and knows the secret.`,
    `Gitea's ALLOWED_HOST_LIST may refuse our address, ${new URL(url).host}: unless app.ini says otherwise, it leaves out loopback and private addresses.`,
    `In section [webhook] of Gitea's app.ini say \`ALLOWED_HOST_LIST = external,${allowedHost(url)}\`, and restart Gitea.`,
    "The hook's page in Gitea shows what became of its deliveries; where that is 401, say `rfcached hooks install --rotate`.",
  ].join(' ')
}
