import { type ParseArgsConfig, parseArgs } from 'node:util'

/** What a script was told on its command line; ends the process with a sentence where it was told what it does not know. */
export function readOptions<const T extends NonNullable<ParseArgsConfig['options']>>(options: T) {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    if (error instanceof TypeError) return endWith(error.message)
    throw error
  }
}

/** The whole number, at least so large, that an option of a script was given; ends the process where it was given anything else. */
export function wholeNumber(option: string, said: string, least = 1): number {
  const number = Number(said)
  if (/^\d+$/.test(said) && Number.isSafeInteger(number) && number >= least) return number
  return endWith(`--${option} takes a whole number from ${least} on, and not '${said}'.`)
}

/** Says what is wrong with a command line, and ends the process with 2. */
export function endWith(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(2)
}
