import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import type { Status } from '../../status/shape.ts'
import { forEverybody } from './people.ts'

type Level = Status['verdict']['level']

const style = asset('page.css', 'text/css; charset=utf-8')
const script = asset('page.js', 'text/javascript; charset=utf-8')
/** The addresses change with the text, so that a browser never joins a new page to an old style. */
export const assets = { style: style.address, script: script.address, icon: (level: Level) => `icon-${level}.svg` }

const colours: Record<Level, string> = { ok: '#1f8a55', warming: '#b9770e', failing: '#c62f25' }
const yearSeconds = 31_536_000

/** Style, script and icons: what the page and the form need, for everybody, and without a secret. */
export function assetRoutes(app: FastifyInstance): void {
  const send = (path: string, type: string, text: string) =>
    app.get(`/${path}`, forEverybody, (_, reply) =>
      reply.type(type).header('cache-control', `public, max-age=${yearSeconds}, immutable`).send(text),
    )
  for (const { address, type, text } of [style, script]) send(address, type, text)
  for (const [level, colour] of Object.entries(colours)) send(`icon-${level}.svg`, 'image/svg+xml', icon(colour))
}

function asset(name: string, type: string): { address: string; type: string; text: string } {
  const text = readFileSync(new URL(`./${name}`, import.meta.url), 'utf8')
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12)
  return { address: name.replace('.', `-${hash}.`), type, text }
}

function icon(colour: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="${colour}"/></svg>`
}
