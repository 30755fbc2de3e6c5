import type fc from 'fast-check'

/** What is fuzzed: the cases, and who judges them. */
export type Subject<Case> = {
  cases: fc.Arbitrary<Case>
  /** Made once for all cases of a run, and disposed of at its end. */
  open: () => Judge<Case>
}

/** Throws where a case breaks a promise. */
export type Judge<Case> = {
  one: (input: Case) => void | Promise<void>
  /** What is judged, or tidied up, once for many cases; it is told all that `one` was told since. */
  batch?: (inputs: Case[]) => void
  close?: () => Promise<void>
}
