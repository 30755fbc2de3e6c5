import { addHook, type HookOptions } from '../changes/hook.ts'
import type { Hook } from '../state/hook.ts'
import type { State } from '../state/state.ts'
import { addOrganization, addToken, addUser, deleteUser, type NewUser, renameUser } from '../state/user.ts'
import { repoNamed, userNamed } from './find.ts'

/** People, organisations, their tokens and hooks. */
export function peopleOf(state: State) {
  return {
    user: (login: string, options: NewUser = {}) => addUser(state, login, options),
    organization: (login: string, owner?: string) =>
      addOrganization(state, login, owner === undefined ? undefined : userNamed(state, owner)),
    /** A token's value; it may do everything unless scopes say otherwise. */
    token: (login: string, scopes: readonly string[] = ['all']) =>
      addToken(state, userNamed(state, login), `token${state.tokens.length}`, scopes).value,
    renameUser: (login: string, to: string) => renameUser(state, userNamed(state, login), to),
    /** What they wrote becomes Ghost's. */
    deleteUser: (login: string) => deleteUser(state, userNamed(state, login)),
    /** A hook of an organisation, or of an `owner/name`. */
    hook(owner: string, url: string, options: HookOptions = {}): Hook {
      const kind = owner.includes('/') ? 'repository' : 'organization'
      const { id } = kind === 'repository' ? repoNamed(state, owner) : userNamed(state, owner)
      return addHook(state, { kind, id }, url, options)
    },
  }
}
