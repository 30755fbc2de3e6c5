/** What went wrong and who must act: a person (ConfigError), nobody yet (TransientError), or us (anything else is a bug). */

/** A person must act. `message` says what is wrong, `hint` what to do; both are whole sentences without a secret in them. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  readonly hint: string
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options)
    this.hint = hint
  }
}

/** The database is broken, and what is in it may not be replaced. `way` says what to do when nothing uses it any more. */
export class BrokenFile extends ConfigError {
  override name = 'BrokenFile'
  constructor(message: string, way: string, options?: ErrorOptions) {
    super(message, `Stop rfcached and the application, ${way}. docs/recovery.md says how, step by step.`, options)
  }
}

/** The other way with a broken file, where a person may know what was in it. */
export const orFilledAnew =
  "; where you know that nothing but rfcached's tables was in it, move it away, and it is filled anew from Gitea"

/** Gitea refused the token (401): everything stops, nothing is retried hot, and nothing is ever deleted for it. */
export class TokenRefused extends ConfigError {
  override name = 'TokenRefused'
}

/** Gitea does not let the token do this one thing (403): the rest may still go well. */
export class Forbidden extends ConfigError {
  override name = 'Forbidden'
}

/** It may go better later: network, 5xx, 429. `retryAfterMs` is what the server asked for. */
export class TransientError extends Error {
  override name = 'TransientError'
  readonly retryAfterMs: number
  constructor(message: string, options?: ErrorOptions & { retryAfterMs?: number }) {
    super(message, options)
    this.retryAfterMs = options?.retryAfterMs ?? 0
  }
}

/** No answer in time. The server may still be at work on it, so asking at once again makes it slower: once more, then later. */
export class TooSlow extends TransientError {
  override name = 'TooSlow'
}

/** An answer that is no proof of absence: a short page, a null item, a wrong count, a 404 where something should be. */
export class IncompleteListing extends TransientError {
  override name = 'IncompleteListing'
}

/** Another process took the work over while this one was held up: whatever it had read is not written. */
export class LeaseLost extends Error {
  override name = 'LeaseLost'
  constructor() {
    super('Another rfcached took over the work on this database.')
  }
}

/** The file was moved away, or another was put in its place: what is written goes where nobody reads it. */
export class FileMoved extends Error {
  override name = 'FileMoved'
  constructor(file: string) {
    super(`The database ${file} was moved or replaced. Start rfcached again, and it works on the one that is there.`)
  }
}

/** Whether SQLite says, here or in a cause, that the file is broken. */
export function isMalformed(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error)) || isMalformed(error.cause)
}

/** SQLite's or the system's word for what went wrong; empty where there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** Whether nothing else would fare better in this process. */
export function isFinal(error: unknown): boolean {
  return error instanceof LeaseLost || error instanceof FileMoved || isMalformed(error)
}

/** Whether work ended because it was told to. */
export function isStop(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

/** The sentence for a person: message and hint, or the chain of causes of an unexpected error. */
export function sentence(error: unknown): string {
  if (error instanceof ConfigError) return `${error.message} ${error.hint}`
  if (!(error instanceof Error)) return String(error)
  if (isStop(error)) return 'Stopped before it was done.'
  return error.cause instanceof Error ? `${error.message} (${sentence(error.cause)})` : error.message
}
