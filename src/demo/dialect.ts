/** The servers the fake can speak like. */
export type DialectName = 'gitea-1.15' | 'gitea-1.26' | 'forgejo-7'

/** What a server is, as far as its answers depend on it. */
export type Dialect = {
  version: string
  forgejo: boolean
  /** Whether the API has what Gitea 1.N brought; Forgejo 7.0.0 says of itself that it is compatible with Gitea 1.22. */
  since: (minor: number) => boolean
}

const servers = {
  'gitea-1.15': { version: '1.15.11', forgejo: false, minor: 15 },
  'gitea-1.26': { version: '1.26.1', forgejo: false, minor: 26 },
  'forgejo-7': { version: '7.0.0+gitea-1.22.0', forgejo: true, minor: 22 },
}

/** The facts of a server by its name. */
export function dialectOf(name: DialectName): Dialect {
  const { version, forgejo, minor } = servers[name]
  return { version, forgejo, since: (wanted) => minor >= wanted }
}
