import { beforeEach, describe, expect, test } from 'vitest'
import { house, minute } from './house.ts'

let it: ReturnType<typeof house>
beforeEach(() => {
  it = house()
})
const silent = () => {
  it.traffic.silent = { since: it.now(), why: 'Nothing listens at http://gitea.test.' }
}
const never = () => it.store.settings.drop('last_complete')
const backfill = (status: string, error: string | null = null) =>
  it.sql(`INSERT INTO backfills (name, status, done, total, error_message, updated_at)
    VALUES ('search', '${status}', 250, 1000, ${error === null ? 'NULL' : `'${error}'`}, '2026-11-22T10:00:00Z')`)

const failed = (target: string, error: string) => {
  it.store.targets.ask({ target, at: it.now() })
  const claim = it.store.targets.claimOne(target, it.now())
  if (!claim) throw new Error('nothing was claimed')
  it.store.targets.fail(claim, it.now(), it.now() + 1000, error)
}
const renamed = 'The meta repository a/meta is b/meta now. Set gitea.org and gitea.metaRepo.'

describe('all is well', () => {
  test('and said since when', () => {
    it.pass(3 * minute)
    expect(it.verdict()).toEqual({ level: 'ok', sentence: 'In sync with Gitea as of 3 minutes ago.', healthy: true })
  })

  test('up to three probe intervals after the last complete sweep, and longer until three probes were due', () => {
    it.pulse.beganAt -= 1
    it.pass(15 * minute)
    expect(it.verdict()).toMatchObject({ level: 'ok', healthy: true })
    it.pass(1)
    it.pulse.beatAt = it.now()
    it.probeDue()
    it.probeDue()
    expect(it.verdict()).toMatchObject({ level: 'ok', healthy: true })
    it.probeDue()
    expect(it.verdict()).toEqual({
      level: 'failing',
      healthy: false,
      sentence: 'No sweep was complete for 15 minutes.',
    })
  })

  test('but not for a service that began when the copy was old already', () => {
    it.pass(15 * minute + 1)
    it.pulse.beganAt = it.now()
    it.pulse.beatAt = it.now()
    expect(it.verdict()).toMatchObject({ level: 'failing', healthy: false })
  })

  test('through a night in which no probe is due', () => {
    it.pulse.beganAt -= 1
    it.pass(600 * minute)
    it.pulse.beatAt = it.now()
    it.probeDue()
    expect(it.verdict()).toMatchObject({ level: 'ok', sentence: 'In sync with Gitea as of 10 hours ago.' })
  })

  test('but for what fails by itself, which is told and does not turn health red', () => {
    failed('rfc-repo/2', 'Gitea answered 500.')
    expect(it.verdict()).toMatchObject({
      level: 'ok',
      healthy: true,
      sentence:
        'In sync with Gitea as of a moment ago, but for rfcs/alpha, which cannot be read now and is tried again.',
    })
  })

  test('and that Gitea is silent is told, though not of one lost request', () => {
    silent()
    expect(it.verdict().sentence).not.toContain('served')
    it.pass(4 * minute)
    expect(it.verdict()).toMatchObject({
      level: 'ok',
      sentence:
        'In sync with Gitea as of 4 minutes ago. Gitea has served no request for 4 minutes: Nothing listens at http://gitea.test.',
    })
  })
})

describe('the first sweep', () => {
  test('that runs is warming, with how far it is', () => {
    never()
    const id = it.began('reconcile')
    it.store.jobs.progress(id, 'branches and pulls', 120, 634, it.text())
    expect(it.verdict()).toEqual({
      level: 'warming',
      sentence: 'The first sweep is not complete yet: branches and pulls, 120 of 634.',
      healthy: false,
    })
  })

  test('that waits is warming', () => {
    never()
    expect(it.verdict()).toMatchObject({ level: 'warming', healthy: false })
  })

  test('that failed is failing, and says why', () => {
    never()
    it.ended(it.began('reconcile'), 'failed', 'rfcs/meta is not visible.')
    expect(it.verdict()).toEqual({
      level: 'failing',
      sentence: 'The first sweep is not complete yet. rfcs/meta is not visible.',
      healthy: false,
    })
  })

  test('that failed for what it hangs on says that once', () => {
    never()
    failed('repos', renamed)
    it.ended(it.began('reconcile'), 'failed', renamed)
    expect(it.verdict().sentence).toBe(`The first sweep is not complete yet. ${renamed}`)
  })

  test('that meets a silent Gitea is failing while it still tries', () => {
    never()
    it.began('reconcile')
    silent()
    expect(it.verdict().level).toBe('warming')
    it.pass(11)
    expect(it.verdict()).toMatchObject({
      level: 'failing',
      sentence:
        'The first sweep is not complete yet. Gitea has served no request for 11 seconds: Nothing listens at http://gitea.test.',
    })
  })
})

describe('a copy that is old', () => {
  const old = () => {
    it.pass(16 * minute)
    it.pulse.beatAt = it.now()
    for (let times = 0; times < 3; times++) it.probeDue()
  }

  test('says why the last sweep failed, and since when Gitea is silent', () => {
    silent()
    it.pass(1)
    it.ended(it.began('probe'), 'failed', 'Gitea answered 502 to GET /version.')
    old()
    expect(it.verdict()).toEqual({
      level: 'failing',
      healthy: false,
      sentence:
        'No sweep was complete for 16 minutes. Gitea answered 502 to GET /version. Gitea has served no request for 16 minutes.',
    })
  })

  test('and is read anew after a pause is warming, though not healthy', () => {
    old()
    const id = it.began('reconcile')
    it.store.jobs.progress(id, 'entries', 0, 1, it.text())
    expect(it.verdict()).toEqual({
      level: 'warming',
      healthy: false,
      sentence: 'No sweep was complete for 16 minutes, and everything is read again now: reading entries.',
    })
  })

  describe('because what the whole copy hangs on cannot be read says why', () => {
    test('whatever else fails, and the owner’s repositories first', () => {
      failed('rfc-repo/2', 'Gitea answered 500.')
      failed('meta-entries', 'Gitea answered 404')
      it.ended(it.began('probe'), 'completed')
      old()
      expect(it.verdict().sentence).toBe('No sweep was complete for 16 minutes. Gitea answered 404.')
      failed('repos', renamed)
      expect(it.verdict()).toEqual({
        level: 'failing',
        healthy: false,
        sentence: `No sweep was complete for 16 minutes. ${renamed}`,
      })
    })

    test('after what a sweep said', () => {
      failed('repos', renamed)
      it.ended(it.began('probe'), 'failed', 'Gitea answered 502.')
      old()
      expect(it.verdict().sentence).toBe(`No sweep was complete for 16 minutes. Gitea answered 502. ${renamed}`)
    })

    test('before the silence of Gitea, whose reason is said once', () => {
      silent()
      failed('repos', renamed)
      old()
      const silence = 'Gitea has served no request for 16 minutes'
      const why = 'Nothing listens at http://gitea.test.'
      expect(it.verdict().sentence).toBe(`No sweep was complete for 16 minutes. ${renamed} ${silence}: ${why}`)
      failed('repos', why)
      expect(it.verdict().sentence).toBe(`No sweep was complete for 16 minutes. ${why} ${silence}.`)
    })

    test('but not while everything is read again, which may end otherwise', () => {
      failed('repos', renamed)
      old()
      it.began('reconcile')
      expect(it.verdict()).toMatchObject({ level: 'warming', sentence: expect.not.stringContaining(renamed) })
    })
  })

  test('blames no failure that a later sweep made good', () => {
    it.ended(it.began('probe'), 'failed', 'Gitea answered 502.')
    it.ended(it.began('probe'), 'completed')
    old()
    expect(it.verdict().sentence).toBe('No sweep was complete for 16 minutes.')
  })
})

describe('work stands still', () => {
  test('because the token is refused', () => {
    it.pulse.refused = 'Gitea refused the token. Make a new one.'
    expect(it.verdict()).toEqual({ level: 'failing', sentence: it.pulse.refused, healthy: false })
    expect(it.status().gitea.refused).toBe(it.pulse.refused)
  })

  test('because the disk is full, and what to do', () => {
    it.pulse.troubles.set('jobs', 'database or disk is full')
    expect(it.verdict()).toMatchObject({
      level: 'failing',
      healthy: false,
      sentence: 'Work is interrupted: database or disk is full. Make room, and it goes on by itself.',
    })
  })

  test('because the worker looks at its queue no more', () => {
    it.pass(15 * minute)
    expect(it.verdict().level).toBe('ok')
    it.pass(1)
    it.store.settings.set('last_complete', it.now())
    expect(it.verdict()).toMatchObject({
      level: 'failing',
      sentence: expect.stringMatching(/^The worker has not looked/),
    })
  })

  test('because no process works on this database, in the daemon that waits and in the file', () => {
    it.store.lease.release('here')
    it.pulse.leads = false
    expect(it.verdict()).toMatchObject({ level: 'failing', sentence: 'No process works on this database yet.' })
    it.pass(2 * minute)
    expect(it.fromFile().verdict).toMatchObject({
      level: 'failing',
      sentence: 'No process works on this database: start `rfcached serve`. The copy is as it was 2 minutes ago.',
    })
  })

  test('and not while another process works', () => {
    it.pulse.leads = false
    expect(it.verdict().level).toBe('ok')
    expect(it.fromFile().verdict.level).toBe('ok')
  })
})

describe('a backfill', () => {
  test('that somebody stopped is not under way, and says how to go on', () => {
    backfill('pending', 'stopped by manual:ann')
    const { verdict, backfills } = it.status()
    expect(verdict).toMatchObject({
      level: 'warming',
      sentence: expect.stringContaining(
        'the backfill search was stopped by manual:ann, at 250 of 1000. `rfcached backfill search` goes on',
      ),
    })
    expect(backfills.find(({ name }) => name === 'search')?.retry).toBe('rfcached backfill search')
  })

  test('under way is warming, with how far, and as healthy as the copy is', () => {
    backfill('running')
    expect(it.verdict()).toEqual({
      level: 'warming',
      healthy: true,
      sentence: 'The copy is in sync, and the backfill search is under way: 250 of 1000.',
    })
  })

  test('that failed says why and the command that tries again', () => {
    backfill('failed', 'no such column: tags')
    const { verdict, backfills } = it.status()
    expect(verdict).toMatchObject({
      level: 'failing',
      sentence: expect.stringContaining('the backfill search failed: no such column: tags.'),
    })
    expect(verdict.sentence).toContain(backfills.find(({ status }) => status === 'failed')?.retry)
  })

  test('that is complete is not spoken of', () => {
    backfill('completed')
    expect(it.verdict().sentence).not.toContain('search')
  })
})
