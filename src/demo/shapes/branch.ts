import type { Commit } from '../git/objects.ts'
import type { Json } from '../json.ts'
import { canWrite } from '../state/access.ts'
import type { Repo } from '../state/repo.ts'
import type { State } from '../state/state.ts'
import type { User } from '../state/user.ts'
import { payloadCommitShape } from './commit.ts'

/** A branch with its tip. */
export function branchShape(state: State, repo: Repo, name: string, tip: Commit, reader: User | undefined): Json {
  const mayWrite = canWrite(state, reader, repo)
  return {
    name,
    commit: payloadCommitShape(state, repo, tip, 'branch'),
    protected: false,
    required_approvals: 0,
    enable_status_check: false,
    status_check_contexts: [],
    user_can_push: mayWrite,
    user_can_merge: mayWrite,
    effective_branch_protection_name: '',
  }
}
