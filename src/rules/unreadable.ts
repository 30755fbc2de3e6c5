/** Thrown inside the entry rules by what makes a file unreadable; its message is the problem the author sees. */
export class Unreadable extends Error {
  override name = 'Unreadable'
}

/** Why a NUL is refused: SQLite's readers end a text at the first one. */
export const nulProblem = 'The file contains a NUL character: remove it.'
