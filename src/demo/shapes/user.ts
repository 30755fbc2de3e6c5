import type { Json } from '../json.ts'
import type { State } from '../state/state.ts'
import type { User } from '../state/user.ts'
import { NEVER, rfc3339 } from './time.ts'

/** A user as a reader sees them: themselves and administrators see more, nobody signed in sees no address. */
export function userShape(state: State, user: User | undefined, reader?: User): Json {
  const { dialect, url } = state
  const detailed = user !== undefined && reader !== undefined && (reader.isAdmin || reader.id === user.id)
  const login = user?.login ?? 'Ghost'
  return {
    id: user?.id ?? -1,
    login,
    login_name: dialect.since(18) ? '' : undefined,
    source_id: dialect.since(23) ? 0 : undefined,
    full_name: '',
    email: emailOf(state, user, reader),
    avatar_url: `${url}/avatars/${login.toLowerCase()}`,
    html_url: dialect.since(23) ? `${url}/${login}` : undefined,
    language: '',
    is_admin: detailed ? user.isAdmin : false,
    last_login: detailed && dialect.since(16) ? '1970-01-01T00:00:00Z' : NEVER,
    created: user ? rfc3339(user.created) : NEVER,
    restricted: false,
    active: detailed && dialect.since(16),
    prohibit_login: false,
    location: '',
    pronouns: dialect.forgejo ? '' : undefined,
    website: '',
    description: '',
    visibility: 'public',
    followers_count: 0,
    following_count: 0,
    starred_repos_count: 0,
    username: login,
  }
}

function emailOf({ dialect }: State, user: User | undefined, reader: User | undefined): string {
  if (!user) return ''
  if (reader || !dialect.since(16)) return user.email
  return `${dialect.forgejo ? '' : `${user.id}+`}${user.login.toLowerCase()}@noreply.localhost`
}

/** An organisation as `GET /orgs/ORG` shows it. */
export function organizationShape(state: State, organization: User): Json {
  return {
    id: organization.id,
    name: state.dialect.since(16) ? organization.login : undefined,
    full_name: '',
    email: state.dialect.since(16) ? '' : undefined,
    avatar_url: `${state.url}/avatars/${organization.login.toLowerCase()}`,
    description: '',
    website: '',
    location: '',
    visibility: 'public',
    repo_admin_change_team_access: false,
    username: organization.login,
  }
}
