import { ConfigError } from '../../errors.ts'
import type { Repo } from '../../gitea/shapes.ts'
import type { Patient } from './patient.ts'
import { failed, note, type Verdict, warning, well } from './verdict.ts'

/** Whether the token has read:repository. */
export async function readsRepositories({ meta }: Patient): Promise<Verdict> {
  await meta()
  return well('The token may read repositories.')
}

/** Whether the token has read:organization, which only `doctor` and `hooks` need. */
export async function readsOrganisations({ hasOrganisation }: Patient): Promise<Verdict> {
  try {
    await hasOrganisation()
    return well('The token may read organisations.')
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return warning(
      error.message,
      'The copy is made all the same; give the token read:organization when you make the next.',
    )
  }
}

/** Whether the token has read:issue, which tells what moved in all repositories at once. */
export async function readsIssues({ opener }: Patient): Promise<Verdict> {
  await opener()
  return well('The token may read what moved in pull requests.')
}

/** Whether the owner of the RFCs is there: an organisation, or a user. */
export async function owner({ config, meta, hasOrganisation, bearer }: Patient): Promise<Verdict> {
  const { org } = config.gitea
  const [repo, isThere] = [await meta(), await hasOrganisation().catch(() => null)]
  if (repo) {
    const { total } = await bearer().repos.newestOf(repo.ownerId)
    return well(`${isThere === false ? 'The user' : 'The organisation'} ${repo.owner} shows ${total} repositories.`)
  }
  if (isThere) return well(`The organisation ${org} is visible.`)
  if (isThere === null) return note(`Whether there is an organisation ${org} cannot be told without read:organization.`)
  return failed(
    `Gitea shows no organisation ${org} to this token.`,
    `Mend gitea.org in the configuration, or let the token's user see ${org}. (If ${org} is a user, mend gitea.metaRepo.)`,
  )
}

/** Whether the repository that holds rfcs/ is there, by its own name, and holds it. */
export async function metaRepository({ config, meta, bearer }: Patient): Promise<Verdict> {
  const name = `${config.gitea.org}/${config.gitea.metaRepo}`
  const repo = await meta()
  if (!repo)
    return failed(
      `Gitea shows no repository ${name} to this token.`,
      "Mend gitea.metaRepo in the configuration, or let the token's user read that repository.",
    )
  return movedAway(name, repo) ?? entries(repo, repo.empty ? [] : await bearer().files.tree(name, repo.defaultBranch))
}

function movedAway(name: string, repo: Repo): Verdict | null {
  if (repo.fullName.toLowerCase() === name.toLowerCase()) return null
  const words = `The meta repository ${name} is ${repo.fullName} now.`
  const hint = 'Set gitea.org and gitea.metaRepo in the configuration to its new place.'
  const [owner] = name.split('/')
  return repo.owner.toLowerCase() === owner?.toLowerCase() ? warning(words, hint) : failed(words, hint)
}

function entries({ fullName, defaultBranch }: Repo, root: { path: string; type: string }[]): Verdict {
  if (root.some(({ path, type }) => path === 'rfcs' && type === 'tree'))
    return well(`${fullName} is visible, with its folder rfcs on the branch ${defaultBranch}.`)
  return warning(
    `${fullName} is visible, but has no folder rfcs on its branch ${defaultBranch}: no RFC is copied.`,
    'Is gitea.metaRepo the repository that holds the RFC entries?',
  )
}

/** Whether the bot's login is that of somebody who opens pull requests. */
export async function bot({ config, opener }: Patient): Promise<Verdict> {
  const { botUser } = config.gitea
  const seen = await opener()
  if (seen === 'seen') return well(`${botUser} opens pull requests.`)
  if (seen === 'unseen')
    return note(`${botUser} was not seen to have opened a pull request yet: is gitea.botUser spelled right?`)
  return warning(
    `Gitea knows no user ${botUser}.`,
    'Mend gitea.botUser in the configuration: whoever it names is not taken for the person behind a pull request.',
  )
}
