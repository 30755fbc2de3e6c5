import type { Client } from '../client.ts'
import { settingsShape, versionShape } from '../shapes.ts'

/** What this server is and can do; asked once a run. */
export type Server = {
  version: string
  product: 'Gitea' | 'Forgejo'
  /** Page size: MAX_RESPONSE_ITEMS, usually 50. */
  pageSize: number
  treePageSize: number
  /** How many files one file-contents request brings (silently cut at DEFAULT_PAGING_NUM); 0: it is not there. */
  filesPerRequest: number
  /** `commits?not=` leaves out what an older commit already had (Gitea 1.20). */
  commitRanges: boolean
  /** issues/search obeys `owner=` (Gitea 1.16). */
  ownerFilter: boolean
}

/** Asks for version and limits: two requests. Forgejo calls itself `7.0.0+gitea-1.22.0`: its API is that of the Gitea after the plus. */
export async function readServer(client: Client): Promise<Server> {
  const [version, settings] = await Promise.all([
    client.json('/version', versionShape),
    client.json('/settings/api', settingsShape),
  ])
  const text = version.data?.version ?? ''
  const [, compatible] = /\+gitea-(.*)/.exec(text) ?? []
  const product = compatible ? 'Forgejo' : 'Gitea'
  const at = (minor: number) => isAtLeast(compatible ?? text, minor)
  const limits = settings.data ?? settingsShape.parse({})
  return {
    version: text,
    product,
    pageSize: Math.min(limits.max_response_items, 50),
    treePageSize: limits.default_git_trees_per_page,
    filesPerRequest: product === 'Gitea' && at(24) ? limits.default_paging_num : 0,
    commitRanges: at(20),
    ownerFilter: at(16),
  }
}

function isAtLeast(version: string, minor: number): boolean {
  const [, major, its] = /^v?(\d+)\.(\d+)/.exec(version) ?? []
  return Number(major) > 1 || (Number(major) === 1 && Number(its) >= minor)
}
