import { ConfigError, TransientError } from '../../errors.ts'
import type { Patient } from './patient.ts'
import { failed, note, type Verdict, warning, well } from './verdict.ts'

/** Times compared with Gitea's may be this far apart before it shows in what is derived from them. */
const toleratedSeconds = 120

/** Whether Gitea answers at its address, to anybody. */
export async function answers({ config, stranger }: Patient): Promise<Verdict> {
  const { url } = config.gitea
  try {
    const { product, version } = await stranger.server()
    if (version === '')
      return failed(
        `Something answers at ${url}, but it has no Gitea API.`,
        'Set gitea.url to the address of the page that people open, without /api.',
      )
    return well(`${product} ${version} answers at ${url}.`)
  } catch (error) {
    if (error instanceof ConfigError) return well(`Gitea answers at ${url}, to those who sign in.`)
    if (error instanceof TransientError) return failed(error.message, adviceFor(error.message))
    throw error
  }
}

function adviceFor(message: string): string {
  if (/CERT|ISSUER|SIGNATURE/.test(message))
    return "Name the file of the authority that signed Gitea's certificate in gitea.caFile."
  return 'Start Gitea, or mend gitea.url in the configuration: http or https, host, port and path.'
}

/** What this server can do; where something is missing, more requests do the same. */
export async function abilities({ server }: Patient): Promise<Verdict> {
  const { ownerFilter, filesPerRequest, commitRanges, pageSize } = await server()
  const files = filesPerRequest > 0 ? `yes, ${filesPerRequest} a request` : 'no'
  return well(
    `owner= filter: ${yesNo(ownerFilter)}; file-contents: ${files}; commit ranges: ${yesNo(commitRanges)}; pages of ${pageSize}.`,
  )
}

/** How far the server's clock is from ours. Its Date header has whole seconds. */
export function clock({ stranger: { traffic } }: Patient): Verdict {
  if (traffic.serverTime === 0) return note('Gitea did not say what time it is.')
  const ahead = Math.round((traffic.serverTime - traffic.serverTimeReadAt) / 1000)
  if (Math.abs(ahead) <= 1) return well("Gitea's clock and this machine's agree.")
  const words = `Gitea's clock is ${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'} this machine's.`
  if (Math.abs(ahead) <= toleratedSeconds) return well(words)
  return warning(
    words,
    'Let both machines set their clocks by NTP: actions and pull requests are compared by their times.',
  )
}

/** Whether Gitea takes the token at all. */
export async function accepted({ bearer }: Patient): Promise<Verdict> {
  await bearer().server()
  return well('Gitea accepts the token.')
}

function yesNo(answer: boolean): string {
  return answer ? 'yes' : 'no'
}
