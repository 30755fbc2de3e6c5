import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { guards } from './guards.ts'

/**
 * Takes a guard away from every module of src that is loaded from now on.
 * @throws Error for a guard that there is none of; loading throws when what it replaces is no longer there.
 */
export function takeAway(name: string): void {
  const guard = guards.find((one) => one.name === name)
  if (!guard) throw new Error(`There is no guard called ${name}.`)
  const src = new URL('../../src/', import.meta.url).href
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context)
      const edits = guard.edits.filter(({ file }) => url === src + file)
      if (edits.length === 0) return loaded
      const source = edits.reduce((text, { find, replace }) => {
        if (!text.includes(find))
          throw new Error(`The guard "${name}" replaces what ${fileURLToPath(url)} no longer has: ${find}`)
        return text.replace(find, () => replace)
      }, String(loaded.source))
      return { ...loaded, source }
    },
  })
}
