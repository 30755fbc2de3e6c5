import { describe, expect, test } from 'vitest'
import { ConfigError, TransientError } from '../src/errors.ts'
import { createLog } from '../src/log.ts'

/** A log and the lines it wrote. */
function logged(level = 'trace') {
  const lines: string[] = []
  return { log: createLog(level, { write: (line: string) => lines.push(line) }), lines }
}

const secret = 'geheim-0123456789abcdef'

describe('a line of the log', () => {
  test('is one JSON object with the event’s time in UTC, its level and its fields', () => {
    const { log, lines } = logged()
    log.info({ target: 'repos', ms: 12 }, 'refreshed')
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 30,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      target: 'repos',
      ms: 12,
      msg: 'refreshed',
    })
  })

  test('is written from the level that was asked for', () => {
    const { log, lines } = logged('warn')
    log.info('refreshed')
    log.warn('refresh failed')
    expect(lines).toHaveLength(1)
  })

  test('tells an error with its cause and what to do', () => {
    const { log, lines } = logged()
    log.warn(
      { err: new TransientError('The connection broke.', { cause: new ConfigError('No.', 'Do so.') }) },
      'failed',
    )
    expect(lines[0]).toContain('The connection broke.')
    expect(lines[0]).toContain('No.')
  })
})

test('what a terminal would obey is an escape in the log, and read back it is the same', () => {
  const hostile = '\u001b[2J\u009b31m\u202e\u007f'
  const { log, lines } = logged()
  log.warn({ path: hostile }, 'odd')
  const [line = ''] = lines
  expect(line).toMatch(/^[ -~]+\n$/)
  expect(JSON.parse(line)).toMatchObject({ path: hostile })
})

describe('a secret is cut out of the log', () => {
  const names = ['token', 'secret', 'password', 'authorization', 'cookie']

  test.each(names)('under the name %s, however deep it stands', (name) => {
    const { log, lines } = logged()
    log.info({ [name]: secret, kept: 1 })
    log.info({ a: { [name]: secret } })
    log.info({ a: { b: { [name]: secret } } })
    log.info({ a: { b: { c: { [name]: secret } } } })
    log.info({ list: [{ [name]: secret }] })
    log.child({ [name]: secret }).info('x')
    expect(lines.join('')).not.toContain(secret)
    expect(lines[0]).toContain('"kept":1')
    expect(lines).toHaveLength(6)
  })

  test('in headers and under longer names', () => {
    const { log, lines } = logged()
    log.info({ headers: { Authorization: `token "${secret}"`, 'x-token': `\\"${secret}`, 'set-cookie': secret } })
    log.info({ gitea_token: secret, webhookSecret: `${secret}"\n`, secret: { value: secret, source: 'a file' } })
    log.warn({ err: Object.assign(new Error('no'), { request: { headers: { authorization: secret } } }) })
    expect(lines.join('')).not.toContain(secret)
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow()
  })

  test('but no word of an innocent name', () => {
    const { log, lines } = logged()
    log.info({ target: 'repos', tokenFile: '/etc/token', scope: 'read:issue' })
    expect(lines[0]).toContain('"tokenFile":"/etc/token"')
  })
})
