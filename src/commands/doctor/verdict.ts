/** What a check found: `note` is only said, `warning` deserves a look, `failed` keeps rfcached from working. */
export type Verdict = { status: 'ok' | 'note' | 'warning' | 'failed'; message: string; hint?: string }

/** All is well. */
export function well(message: string): Verdict {
  return { status: 'ok', message }
}

/** Nothing is wrong, but a person may want to know. */
export function note(message: string): Verdict {
  return { status: 'note', message }
}

/** It works, and yet somebody should act. */
export function warning(message: string, hint: string): Verdict {
  return { status: 'warning', message, hint }
}

/** It does not work until somebody acts. */
export function failed(message: string, hint: string): Verdict {
  return { status: 'failed', message, hint }
}
