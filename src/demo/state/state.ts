import type { Dialect } from '../dialect.ts'
import type { Hook } from './hook.ts'
import type { Repo } from './repo.ts'
import type { Token, User } from './user.ts'

/** Everything the fake remembers; what reads or changes it takes it as its first argument. */
export type State = {
  dialect: Dialect
  /** Where the server believes it is reached: the beginning of every link it writes, without a closing slash. */
  url: string
  /** Milliseconds since 1970, from the clock given at construction. */
  now: () => number
  random: () => number
  users: Map<number, User>
  tokens: Token[]
  repos: Map<number, Repo>
  hooks: Hook[]
  /** Old `owner/name` in lower case, and the id of the repository that left it. */
  moved: Map<string, number>
  /** Old owner names in lower case, and the id of the owner. */
  renamed: Map<string, number>
  /** The last id given, by kind: each kind counts for itself and never reuses one. */
  lastIds: Map<string, number>
  deliver: (delivery: Delivery) => void
}

/** One webhook request, ready to be sent. */
export type Delivery = { url: string; headers: Record<string, string>; body: Buffer }

/** The next id of a kind, counted from 1 as the servers' databases do. */
export function nextId(state: State, kind: string): number {
  const id = (state.lastIds.get(kind) ?? 0) + 1
  state.lastIds.set(kind, id)
  return id
}

/** The servers keep whole seconds: two changes within one second have the same time. */
export function seconds(state: State): number {
  return Math.floor(state.now() / 1000)
}
