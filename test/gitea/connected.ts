import { onTestFinished } from 'vitest'
import { concurrency, createClient } from '../../src/gitea/client.ts'
import { type Door, openDoor } from '../../src/gitea/door.ts'
import { openGitea } from '../../src/gitea/gitea.ts'
import { handClock } from './clock.ts'
import { origin } from './network.ts'

export const token = 'geheim-0123456789abcdef'

type Options = {
  url?: string
  caFile?: string | undefined
  random?: number
  signal?: AbortSignal
  readToken?: () => string
}

/** A client and a Gitea over a real door, on a clock moved by hand; `sent` tells what went out and when. */
export function connected({ url = origin, caFile, random = 0.5, signal, readToken }: Options = {}) {
  const clock = handClock(undefined, random)
  const real = openDoor(new URL(url).origin, { connections: concurrency, caFile })
  onTestFinished(() => real[Symbol.asyncDispose]())
  const sent: { path: string; at: number }[] = []
  let underWay = 0
  const door: Door = async (request) => {
    sent.push({ path: request.path, at: clock.elapsed() })
    underWay++
    return real.door(request).finally(() => {
      underWay--
    })
  }
  const options = { door, url, token: readToken ?? token, effects: clock.effects, ...(signal ? { signal } : {}) }
  return {
    client: createClient(options),
    gitea: openGitea(options),
    clock,
    sent,
    /** When each request went out, in milliseconds since the start. */
    times: () => sent.map(({ at }) => at),
    /** Waits for an outcome; pauses pass at once while nothing is under way. */
    soon: <T>(promise: Promise<T>, isBusy = () => underWay > 0): Promise<T> => clock.until(promise, isBusy),
  }
}
