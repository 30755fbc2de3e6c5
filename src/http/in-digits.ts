import { z } from 'zod'

/**
 * A number in an address, a query or a form: plain decimal digits, so that it is what it looks like. Anything else, as `0x10`,
 * `1e3` or ` 5`, is left to the shape, which refuses what is no number.
 */
export function inDigits<Shape extends z.ZodType>(shape: Shape) {
  return z.preprocess((said) => (typeof said === 'string' && /^\d{1,15}$/.test(said) ? Number(said) : said), shape)
}
