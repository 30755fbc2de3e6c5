import { expect, test } from 'vitest'
import { z } from 'zod'
import { realEffects } from '../../src/effects.ts'
import { concurrency, createClient } from '../../src/gitea/client.ts'
import type { Door } from '../../src/gitea/door.ts'
import { openGitea } from '../../src/gitea/gitea.ts'

/** A Gitea that never answers; it tells which requests were given up. */
function silent() {
  const asked: string[] = []
  const ended: string[] = []
  const door: Door = ({ path, signal }) =>
    new Promise((_, reject) => {
      asked.push(path)
      signal?.addEventListener('abort', () => {
        ended.push(path)
        reject(signal.reason)
      })
    })
  const all = new AbortController()
  const options = { door, url: 'http://gitea.test', token: 't', effects: realEffects, signal: all.signal }
  return { options, asked, ended, end: () => all.abort() }
}
const anything = z.unknown()
const turn = () => new Promise(setImmediate)

test('what is ended gives up its own requests, and nobody else’s', async () => {
  const { options, ended, end } = silent()
  const client = createClient(options)
  const stop = new AbortController()
  const others = client.json('/others', anything)
  const own = client.endedBy(stop.signal).json('/own', anything)
  await turn()
  stop.abort()
  await expect(own).rejects.toThrow(/abort/i)
  expect(ended).toEqual(['/api/v1/own'])
  end()
  await expect(others).rejects.toThrow(/abort/i)
})

test('what waits behind others’ requests is ended at once, and is never sent', async () => {
  const { options, asked, end } = silent()
  const client = createClient(options)
  const stop = new AbortController()
  const others = Array.from({ length: concurrency }, () => client.json('/others', anything))
  const own = client.endedBy(stop.signal).json('/own', anything)
  await turn()
  stop.abort()
  await expect(own).rejects.toThrow(/abort/i)
  end()
  await Promise.allSettled(others)
  await turn()
  expect(asked).not.toContain('/api/v1/own')
})

test('what waits to learn what the server is, as others do, is ended alone', async () => {
  const { options, ended, end } = silent()
  const gitea = openGitea(options)
  const stop = new AbortController()
  const others = gitea.server()
  const own = gitea.endedBy(stop.signal).server()
  await turn()
  stop.abort()
  await expect(own).rejects.toThrow(/abort/i)
  expect(ended).toEqual([])
  end()
  await expect(others).rejects.toThrow(/abort/i)
})
