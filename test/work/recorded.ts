import { readFileSync } from 'node:fs'

/** A webhook as a real server sent it; `after`: what was done before it, where the recorder wrote that down. */
export type Recorded = { after?: string; headers: Record<string, string>; body: string }

/** The servers whose webhooks were recorded, and what they were signed with. */
export const recorders = [
  { server: 'gitea-1.15.11', secret: 's3cret', owner: 'rfcs' },
  { server: 'gitea-1.26.1', secret: 'recorded', owner: 'recorded' },
  { server: 'forgejo-7.0.0', secret: 'recorded', owner: 'recorded' },
] as const

/** The webhooks of one server in the order they came, their header names in lower case as node gives them. */
export function recordedWebhooks(server: string): Recorded[] {
  const file = new URL(`../recordings/${server}/webhooks.jsonl`, import.meta.url)
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return lines.map((line): Recorded => {
    const recorded: Recorded = JSON.parse(line)
    const headers = Object.entries(recorded.headers).map(([name, value]) => [name.toLowerCase(), value])
    return { ...recorded, headers: Object.fromEntries(headers) }
  })
}
