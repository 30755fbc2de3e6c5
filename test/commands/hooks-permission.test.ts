import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/errors.ts'
import { hooksStage } from './hooks-stage.ts'

describe('a token that may not manage the hooks of the organisation', () => {
  const scopes = ['write:repository', 'read:issue']

  test('makes hooks of the meta repository and of those followed, and says that later ones need it again', async () => {
    const { run } = await hooksStage({ scopes })
    const { code, out, did } = await run('install')
    expect(did).toEqual(['made repository rfcs/meta', 'made repository rfcs/own'])
    expect(out).toMatchObject({ verified: true, warnings: [] })
    expect(out.notes.join(' ')).toMatch(
      /write:organization.*Repositories made later need `rfcached hooks install` again/,
    )
    expect(code).toBe(0)
  })

  test('proves the secret of what is there already, for repositories can be tested', async () => {
    const { run, changes } = await hooksStage({ scopes })
    await run('install')
    changes()
    const { out, did } = await run('install')
    expect(did).toEqual(['kept repository rfcs/meta', 'kept repository rfcs/own'])
    expect(out.verified).toBe(true)
    expect(changes()).toEqual([expect.stringMatching(/^POST \/repos\/rfcs\/meta\/hooks\/\d+\/tests$/)])
  })

  test('changes the secret of each, and removes hooks from repositories that are not followed', async () => {
    const { run, world, ours } = await hooksStage({ scopes })
    await run('install')
    world.hook('rfcs/other', ours)
    const { did } = await run('install', { rotate: true })
    const names = ['rfcs/meta', 'rfcs/own']
    expect(did).toEqual([
      ...names.map((name) => `made repository ${name}`),
      ...[...names, 'rfcs/other'].map((name) => `deleted repository ${name}`),
    ])
  })

  test('knows only the meta repository before the first reconcile, and says so', async () => {
    const { run } = await hooksStage({ scopes, hasCopy: false })
    const { code, out, did } = await run('install')
    expect(did).toEqual(['made repository rfcs/meta'])
    expect(out.warnings.join(' ')).toMatch(/Only meta has a hook.*reconcile --once/)
    expect(code).toBe(3)
  })

  test('makes none beside one of the organisation that it can see', async () => {
    const { run, world, ours, changes } = await hooksStage({ scopes: [...scopes, 'read:organization'] })
    world.hook('rfcs', ours, { active: false })
    await expect(run('install')).rejects.toThrow(/does not let the token change \/orgs\/rfcs\/hooks/)
    expect(changes()).toEqual(['POST /orgs/rfcs/hooks'])
  })

  test('that may not manage those of repositories either is refused with the scopes it needs', async () => {
    const { run } = await hooksStage({ scopes: ['read:repository', 'read:organization', 'read:issue'] })
    const error = await run('install').then(undefined, (thrown) => thrown)
    expect(error).toBeInstanceOf(ConfigError)
    expect(`${error.message} ${error.hint}`).toMatch(
      /neither.*write:organization.*owner of rfcs.*write:repository.*administer rfcs\/meta/s,
    )
  })

  test('is not needed where --token-file names another', async () => {
    const { run, world, folder } = await hooksStage({ scopes: ['read:repository'] })
    const tokenFile = join(folder, 'other-token')
    writeFileSync(tokenFile, world.token('owner'))
    expect((await run('install', { tokenFile })).did).toEqual(['made organization rfcs'])
  })
})

test('repositories of a user have a hook each', async () => {
  const { run, world, folder } = await hooksStage({ owner: 'user' })
  const tokenFile = join(folder, 'their-token')
  writeFileSync(tokenFile, world.token('rfcs'))
  const { out, did } = await run('install', { tokenFile })
  expect(did).toEqual(['made repository rfcs/meta', 'made repository rfcs/own'])
  expect(out.verified).toBe(true)
})
