import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import {
  apiToken,
  configShape,
  giteaToken,
  isProxied,
  listenUrl,
  parseConfig,
  readConfig,
  webhookSecrets,
  webhookUrl,
} from '../src/config.ts'
import { ConfigError, sentence } from '../src/errors.ts'

const example = readFileSync(new URL('../config.example.json', import.meta.url), 'utf8')
const least = {
  gitea: { url: 'https://git.example.org/', org: 'rfcs', metaRepo: 'meta', botUser: 'rfc-bot' },
  database: 'rfcs.sqlite',
}

/** The example with other values, as JSON. */
const changed = (other: object) => JSON.stringify({ ...JSON.parse(example), ...other })

/** What a person is told of a configuration that is refused. */
function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return sentence(error)
  }
  throw new Error('it was taken')
}

/** A folder with these files, which goes with the test. */
function folder(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), 'rfcached-config-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return path
}

describe('config.example.json', () => {
  test('is taken, and holds every option but the rarest', () => {
    const config = parseConfig(example, 'config.example.json')
    expect(config.listen).toEqual({ host: '127.0.0.1', port: 8470 })
    const missing = Object.keys(configShape.shape).filter((name) => !(name in JSON.parse(example)))
    expect(missing).toEqual([])
  })

  test('says what is so without it', () => {
    const { listen, reconcile, retention, log } = parseConfig(JSON.stringify(least), 'config.json')
    expect({ listen, reconcile, retention, log }).toEqual(
      z.object({ listen: z.any(), reconcile: z.any(), retention: z.any(), log: z.any() }).parse(JSON.parse(example)),
    )
  })

  test('names the schema, which is the one `npm run schema` makes', () => {
    expect(JSON.parse(example).$schema).toBe('./config.schema.json')
    const schema = readFileSync(new URL('../config.schema.json', import.meta.url), 'utf8')
    expect(JSON.parse(schema)).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(configShape, { io: 'input' }))))
  })
})

describe('a configuration is refused in one sentence that says what to do', () => {
  const bad: [string, string, RegExp][] = [
    ['is no JSON', '{ "gitea": ', /^config\.json is not JSON: .+\. Mend it; config\.example\.json shows the form\.$/],
    ['is empty', '', /is not JSON/],
    ['is a list', '[]', /^config\.json is not right: the whole: .+\. config\.example\.json shows every option\.$/],
    ['has a key nobody knows', changed({ gittea: {} }), /is not right: the whole: Unrecognized key: "gittea"\./],
    ['has one deeper', changed({ log: { levl: 'info' } }), /log: Unrecognized key: "levl"/],
    ['lacks a part', changed({ gitea: undefined }), /is not right: gitea: /],
    ['lacks an option', changed({ gitea: { ...least.gitea, org: undefined } }), /is not right: gitea\.org: /],
    ['has an address that is none', changed({ gitea: { ...least.gitea, url: 'git.example.org' } }), /gitea\.url: /],
    ['has one that is not of the web', changed({ gitea: { ...least.gitea, url: 'file:///etc' } }), /gitea\.url: /],
    ['has an organisation with a slash', changed({ gitea: { ...least.gitea, org: 'a/b' } }), /gitea\.org: /],
    ['has a port that is none', changed({ listen: { port: 65_536 } }), /listen\.port: /],
    ['has a port in words', changed({ listen: { port: '8470' } }), /listen\.port: .*number/],
    ['has an unknown level', changed({ log: { level: 'loud' } }), /log\.level: .*"debug"/],
    ['keeps nothing', changed({ retention: { days: 0 } }), /retention\.days: /],
    ['names no database', changed({ database: '' }), /database: /],
    [
      'has two faults, of which both are told',
      changed({ database: 1, listen: { port: -1 } }),
      /database: .+; listen\.port: /,
    ],
  ]
  test.each(bad)('when it %s', (_, text, words) => {
    const told = refusal(() => parseConfig(text, 'config.json'))
    expect(told).toMatch(words)
    expect(told).not.toContain('\n')
  })

  test.each([
    'https://rfcs:hunter2@git.example.org/',
    'https://hunter2@git.example.org/',
    'https://:hunter2@git.example.org/',
    'https:\\\\rfcs:hunter2@git.example.org',
    'https:rfcs:hunter2@git.example.org',
  ])('when it has a password in the address, which is not said: %s', (url) => {
    const told = refusal(() => parseConfig(changed({ gitea: { ...least.gitea, url } }), 'config.json'))
    expect(told).toMatch(/gitea\.url: The address must hold no user and password/)
    expect(told).not.toContain('hunter2')
  })

  test('but not for a sign that only looks like one', () => {
    const url = 'https://git.example.org/@rfcs'
    expect(parseConfig(changed({ gitea: { ...least.gitea, url } }), 'config.json').gitea.url).toBe(url)
  })

  test('when there is none', () => {
    expect(refusal(() => readConfig('/nowhere/config.json'))).toBe(
      'The configuration /nowhere/config.json cannot be read. Copy config.example.json there, or name another file with --config or RFCACHED_CONFIG.',
    )
  })
})

test('paths in a configuration are beside it, unless they are absolute', () => {
  const at = folder({
    'config.json': changed({
      gitea: { ...least.gitea, tokenFile: 'token', caFile: 'certs/ca.pem' },
      webhook: { secretFile: '/etc/secret', previousSecretFile: 'old' },
      api: { tokenFile: '../api' },
    }),
  })
  const config = readConfig(join(at, 'config.json'))
  expect(config.database).toBe(join(at, 'rfcs.sqlite'))
  expect(config.gitea).toMatchObject({ tokenFile: join(at, 'token'), caFile: join(at, 'certs/ca.pem') })
  expect(config.webhook).toMatchObject({ secretFile: '/etc/secret', previousSecretFile: join(at, 'old') })
  expect(config.api.tokenFile).toBe(join(at, '../api'))
})

test('Gitea reaches us where the configuration says, else where we listen', () => {
  const { listen } = parseConfig(JSON.stringify(least), 'config.json')
  expect(listenUrl(listen)).toBe('http://127.0.0.1:8470/webhooks/gitea')
  expect(listenUrl({ host: '::1', port: 80 })).toBe('http://[::1]:80/webhooks/gitea')
  expect(webhookUrl(parseConfig(example, 'config.json'))).toBe('https://rfcs.example.org/webhooks/gitea')
})

test.each<[boolean, string | undefined, object]>([
  [false, undefined, {}],
  [true, 'https://rfcs.example.org/webhooks/gitea', {}],
  [true, 'http://rfcs.example.org:8470/webhooks/gitea', {}],
  [false, 'http://127.0.0.1:9000/webhooks/gitea', {}],
  [false, 'http://localhost:8470/webhooks/gitea', {}],
  [true, 'https://localhost:8443/webhooks/gitea', {}],
  [false, 'http://rfcs.example.org:8470/webhooks/gitea', { host: '0.0.0.0' }],
  [true, 'http://rfcs.example.org/webhooks/gitea', { host: '0.0.0.0' }],
  [false, 'http://rfcs.example.org/webhooks/gitea', { host: '0.0.0.0', port: 80 }],
  [true, 'https://rfcs.example.org:8470/webhooks/gitea', { host: '::' }],
  [true, undefined, { proxied: true }],
  [false, 'https://rfcs.example.org/webhooks/gitea', { proxied: false }],
])('that a proxy is there (%s) is told by webhook.url %s and listen %o', (there, url, listen) => {
  const config = parseConfig(JSON.stringify({ ...least, webhook: { ...(url ? { url } : {}) }, listen }), 'config.json')
  expect(isProxied(config)).toBe(there)
})

describe('a secret', () => {
  const configured = (tokenFile?: string) =>
    parseConfig(
      JSON.stringify({ ...least, gitea: { ...least.gitea, ...(tokenFile ? { tokenFile } : {}) } }),
      'config.json',
    )
  const environment = { RFCACHED_GITEA_TOKEN: 'from-environment' }

  test('comes from a credential, else from the file, else from the environment, and says from where', () => {
    const at = folder({ file: 'from-file\n', 'gitea-token': ' from-credential \n' })
    const file = join(at, 'file')
    expect(giteaToken(configured(file), { ...environment, CREDENTIALS_DIRECTORY: at })).toEqual({
      value: 'from-credential',
      source: join(at, 'gitea-token'),
    })
    expect(giteaToken(configured(file), environment)).toEqual({ value: 'from-file', source: file })
    expect(giteaToken(configured(), { RFCACHED_GITEA_TOKEN: ' from-environment\n' })).toEqual({
      value: 'from-environment',
      source: 'RFCACHED_GITEA_TOKEN',
    })
  })

  test('comes from the next place when a credential is absent or left empty', () => {
    const at = folder({ 'gitea-token': '\n' })
    const nowhere = { ...environment, CREDENTIALS_DIRECTORY: join(at, 'none') }
    for (const place of [{ ...environment, CREDENTIALS_DIRECTORY: at }, nowhere])
      expect(giteaToken(configured(), place).value).toBe('from-environment')
  })

  test('that is nowhere is asked for', () => {
    for (const none of [{}, { RFCACHED_GITEA_TOKEN: ' ' }])
      expect(refusal(() => giteaToken(configured(), none))).toBe(
        'There is no token for Gitea. Put one into the file gitea.tokenFile names, or into RFCACHED_GITEA_TOKEN.',
      )
  })

  test('whose file is missing, empty or a folder is not looked for elsewhere', () => {
    const at = folder({ empty: ' \n' })
    mkdirSync(join(at, 'folder'))
    const told = (name: string) => refusal(() => giteaToken(configured(join(at, name)), environment))
    expect(told('empty')).toBe(
      `The secret file ${join(at, 'empty')} is empty. Put the secret into it, alone on a line.`,
    )
    expect(told('none')).toMatch(/none cannot be read\. It must exist and be readable/)
    expect(told('folder')).toMatch(/folder cannot be read\./)
  })

  test('with a line break or a blank in it is refused without being said, wherever it stands', () => {
    const at = folder({ file: 'first\nsecond', 'gitea-token': 'first second' })
    const places: [string | undefined, Record<string, string>, string][] = [
      [join(at, 'file'), {}, join(at, 'file')],
      [undefined, { ...environment, CREDENTIALS_DIRECTORY: at }, join(at, 'gitea-token')],
      [undefined, { RFCACHED_GITEA_TOKEN: 'first\nsecond' }, 'RFCACHED_GITEA_TOKEN'],
    ]
    for (const [file, env, source] of places) {
      const told = refusal(() => giteaToken(configured(file), env))
      expect(told).toBe(
        `The secret in ${source} has blanks or characters that no token has. Put the secret alone into it.`,
      )
    }
  })

  test('of the API may be absent, and is refused, without being said, when it could be guessed', () => {
    const config = parseConfig(JSON.stringify(least), 'config.json')
    expect(apiToken(config, {})).toBeNull()
    const enough = 'sixteen-letters!'
    expect(apiToken(config, { RFCACHED_API_TOKEN: enough })).toEqual({ value: enough, source: 'RFCACHED_API_TOKEN' })
    const at = folder({ 'api-token': enough.slice(1) })
    const told = refusal(() => apiToken(config, { CREDENTIALS_DIRECTORY: at, RFCACHED_API_TOKEN: enough }))
    expect(told).toMatch(/api-token has fewer than 16 characters\. Make one that nobody guesses/)
    expect(told).not.toContain(enough.slice(1))
  })

  test('of the webhook may be absent, and the previous one is read beside it', () => {
    const config = parseConfig(JSON.stringify(least), 'config.json')
    expect(webhookSecrets(config, {})).toEqual({ current: null, previous: null })
    const env = { RFCACHED_WEBHOOK_SECRET: 'new', RFCACHED_WEBHOOK_SECRET_PREVIOUS: 'old' }
    expect(webhookSecrets(config, env)).toEqual({
      current: { value: 'new', source: 'RFCACHED_WEBHOOK_SECRET' },
      previous: { value: 'old', source: 'RFCACHED_WEBHOOK_SECRET_PREVIOUS' },
    })
  })
})
