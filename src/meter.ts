/** Told how long things took, in milliseconds, for whoever measures. */
export type Meter = {
  /** A request to Gitea: the answer's status, 0 where none came. */
  answered: (status: number, ms: number) => void
  /** A refresh of a target of some kind. */
  refreshed: (kind: string, outcome: 'done' | 'failed', ms: number) => void
  /** A delivery, and the status it was answered with. */
  delivered: (status: string) => void
}
