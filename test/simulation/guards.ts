import type { Step } from './steps.ts'

/**
 * What protects the mirror, each with how to take it away: pieces of src that are replaced as the modules are loaded. The
 * simulation must notice each of them missing. A piece that is no longer there is an error.
 */
export type Guard = { name: string; edits: { file: string; find: string; replace: string }[] }

/**
 * By a guard's name: a shortened history that shows it missing, its seed, and within how many from the seed `first` on it was found:
 * seed - first + 1. Somebody who lives through one seed after the other needs no more; of several processes another may have found one
 * before it.
 */
export type Caught = Record<string, { first: number; histories: number; seed: number; steps: Step[] }>
export const caughtFile = new URL('./caught.json', import.meta.url)

const guard = (name: string, file: string, find: string, replace: string): Guard => ({
  name,
  edits: [{ file, find, replace }],
})

export const guards: Guard[] = [
  guard(
    'claim before fetch',
    'store/targets.ts',
    'UPDATE targets SET started_at = NULL, refreshed_at = :now',
    'UPDATE targets SET due_at = NULL, again_at = NULL, started_at = NULL, refreshed_at = :now',
  ),
  guard(
    'what is under way is asked no more',
    'store/targets.ts',
    'SET due_at = again_at, again_at = NULL, whole = 0',
    'SET whole = 0',
  ),
  {
    // Either alone stands in for the other: a null is counted in the total.
    name: 'a listing must be complete',
    edits: [
      {
        file: 'gitea/pages.ts',
        find: 'if (total !== null && items.size !== total)',
        replace: 'if (total !== null && items.size < 0)',
      },
      {
        file: 'gitea/pages.ts',
        find: 'if (item === null) throw',
        replace: 'if (item === null) continue; else if (keyOf === undefined) throw',
      },
    ],
  },
  guard(
    'a sudden loss is looked at twice',
    'refresh/mirror.ts',
    'if (lost.length <= Math.max(5, live / 5))',
    'if (live >= 0)',
  ),
  guard('only the last block holds trailers', 'rules/trailers.ts', 'unfolded(lastBlock(message))', 'unfolded(message)'),
  guard('HMAC', 'rules/signature.ts', 'return claimed.some(', 'return claimed.length >= 0 || claimed.some('),
  guard(
    'fence: who lost the lease writes no more',
    'store/store.ts',
    'if (fencedFor !== null && !lease.isHeldBy(fencedFor)) throw new LeaseLost()',
    '',
  ),
  guard(
    'a listing that is absent is no empty one',
    'gitea/api/pulls.ts',
    'if (moved === null) throw',
    'if (moved === null) return []; else if (moved.length < 0) throw',
  ),
  guard('a watermark overlaps', 'refresh/mirror.ts', 'const overlapMs = 120_000', 'const overlapMs = 0'),
  guard(
    'settled only 4 s after a change',
    'refresh/probe.ts',
    'const settledAfterMs = 4000',
    'const settledAfterMs = -1000',
  ),
  guard('second look after 5 s', 'work/receive.ts', 'againAt: now + secondLookMs', 'againAt: null'),
  {
    name: 'lanes: what writes the same rows waits',
    edits: [
      {
        file: 'rules/target.ts',
        find: "if ('repoId' in target) return",
        replace: "if (target.kind) return targetName(target); if ('repoId' in target) return",
      },
    ],
  },
  guard(
    'a hidden repository has not lost its refs',
    'gitea/api/refs.ts',
    'if (!repo) throw',
    'if (!repo) return { branches: new Map(), pulls: new Map() }; if (repo === null) throw',
  ),
  guard(
    'absent refs of a repository that is not empty prove nothing',
    'gitea/api/refs.ts',
    'if (!repo.empty) throw',
    'if (repo.id < 0) throw',
  ),
  {
    // Either alone stands in for the other: the first throws before the second is asked, which throws for what the first lets pass.
    name: '403 is no absence',
    edits: [
      { file: 'gitea/answer.ts', find: 'if (status === 403)', replace: 'if (status === 999)' },
      {
        file: 'gitea/answer.ts',
        find: '[400, 404, 409].includes(status)',
        replace: '[400, 403, 404, 409].includes(status)',
      },
    ],
  },
  guard(
    'a pull with a head is not gone',
    'refresh/pull.ts',
    'if (pull === null && (head !== null ||',
    'if (pull === undefined && (head !== null ||',
  ),
  {
    // Either alone stands in for the other: what a short listing lacks is found by its id, and what a whole one lacks is gone.
    name: 'a repository is gone only when a whole listing lacks it and its id is unknown',
    edits: [
      { file: 'gitea/pages.ts', find: 'if (total !== null && items.size !== total)', replace: 'if (items.size < 0)' },
      {
        file: 'refresh/repos.ts',
        find: 'await Promise.all(missing.map(({ id }) => gitea.repos.findById(id)))',
        replace: 'missing.map((): Repo | null => (gitea.repos === undefined ? null : null))',
      },
    ],
  },
  guard(
    'a document is absent only by the tree',
    'refresh/rfc-repo.ts',
    "if (root.some((item) => item.path === 'RFC.md' && item.type === 'blob'))",
    'if (root.length < 0)',
  ),
  guard(
    'a transaction is whole',
    'store/store.ts',
    'inTransaction.immediate(write)',
    'if (fencedFor !== null && !lease.isHeldBy(fencedFor)) throw new LeaseLost(); derive.keepUp(); write()',
  ),
  guard('what was under way is asked again', 'work/lead.ts', 'store.targets.freeStarted()', ''),
  guard(
    'a tip is held only with its texts',
    'refresh/meta-entries.ts',
    'unread.size > 0 ? meta.tip : listing.tip',
    'listing.tip',
  ),
  guard(
    'derived again with what is written',
    'store/pulls.ts',
    'derive.groups(repo, touched)\n    },\n    /** The pulls are gone',
    '},\n    /** The pulls are gone',
  ),
  guard(
    'time that goes back is noticed',
    'work/probe-job.ts',
    'if (wentBack) full()',
    'if (wentBack && mirror === null) full()',
  ),
  guard(
    'what is read of one repository is not written as another’s',
    'refresh/pulls.ts',
    'if (pulls.some((pull) => pull.repoId !== repo.id))',
    'if (pulls.length < 0)',
  ),
  guard(
    'a text read alone is that of its blob',
    'gitea/api/files.ts',
    'if (blobId(bytes, sha.length) !== sha) throw',
    "if (sha === '') throw",
  ),
  guard(
    'a text that came with others is that of its blob',
    'refresh/entry-texts.ts',
    'blobId(bytes, sha.length) !== sha',
    'bytes.length < 0',
  ),
  guard(
    'a job is taken only with the lease',
    'work/job.ts',
    'store.transaction(() => {\n    isOurs = store.jobs.start(job.id, timeNow(mirror))\n  })',
    'isOurs = store.jobs.start(job.id, timeNow(mirror))',
  ),
  guard(
    'what is written is of the repository that was read',
    'refresh/mirror.ts',
    'if (now?.full_name !== full_name || now.rfc_slug !== rfc_slug)',
    'if (full_name === rfc_slug)',
  ),
  guard('two who are named name nobody', 'rules/trailers.ts', 'others.length === 0', 'others.length >= 0'),
  guard(
    'only what is in angle brackets names somebody',
    'rules/trailers.ts',
    '/<([^<>]+)>$/.exec(value)?.[1]',
    '/([^<>]+)>?$/.exec(value)?.[1]',
  ),
  guard(
    'keys of trailers know no case',
    'rules/trailers.ts',
    'trailer.key.toLowerCase() === key',
    "trailer.key === (key === 'supersedes' ? 'Supersedes' : 'On-behalf-of')",
  ),
  guard('Supersedes is #N and nothing else', 'rules/trailers.ts', '/^#([1-9][0-9]*)$/', '/^#([1-9][0-9]*)/'),
  guard(
    'only the bot acts for others',
    'rules/pull.ts',
    'isBot ? trailerActor(trailers) : null',
    'trailerActor(trailers)',
  ),
  guard(
    'the bot’s name knows no case',
    'rules/pull.ts',
    'pull.opener.toLowerCase() === botUser.toLowerCase()',
    'pull.opener === botUser',
  ),
  guard(
    'what the application noted comes before trailers',
    'store/meaning.ts',
    'coalesce(o.who, p.trailer_actor, p.opener_login)',
    'coalesce(p.trailer_actor, o.who, p.opener_login)',
  ),
  {
    // Either alone stands in for the other: no action is looked for, and what one says is not taken.
    name: 'no action says who opened what a person opened',
    edits: [
      {
        file: 'store/meaning.ts',
        find: 'CASE WHEN NOT p.opener_is_bot THEN p.opener_login ELSE coalesce',
        replace: 'CASE WHEN 0 THEN 0 ELSE coalesce',
      },
      { file: 'store/meaning.ts', find: 'AND b.opener_is_bot AND', replace: 'AND' },
    ],
  },
  guard('an action for nobody is skipped', 'store/meaning.ts', "AND a.on_behalf_of <> ''", ''),
  guard('the first action counts', 'store/meaning.ts', 'min(a.id)', 'max(a.id)'),
  guard(
    'an action without a repository is of the kind it says',
    'store/meaning.ts',
    'matches(columns, kindNamed)',
    "matches(columns, '1')",
  ),
  guard(
    'an action of a repository is of no other',
    'store/meaning.ts',
    'THEN b.repo = a.repo COLLATE NOCASE',
    'THEN 1',
  ),
  guard(
    'a repository that nobody knows counts as none',
    'store/meaning.ts',
    'EXISTS (SELECT 1 FROM repos AS r WHERE r.full_name = a.repo AND (r.is_meta OR r.rfc_slug IS NOT NULL))',
    'a.repo IS NOT NULL',
  ),
  guard(
    'an action long before a pull is another’s',
    'store/meaning.ts',
    'const early = columns.createdAt',
    'const early = columns.createdAt && columns === null',
  ),
  guard(
    'withdrawn is what was withdrawn no earlier than it was closed',
    'store/meaning.ts',
    'const inTime = columns.createdAt',
    'const inTime = columns.createdAt && columns === null',
  ),
  guard('a pull supersedes those of its RFC', 'store/meaning.ts', 'AND m.rfc_slug = p.rfc_slug', ''),
  guard(
    'an action is seen at once',
    'store/actions.ts',
    'AFTER INSERT ON actions WHEN',
    'AFTER INSERT ON actions WHEN 0 AND',
  ),
  guard(
    'an action that is corrected is seen at once',
    'store/actions.ts',
    'AFTER UPDATE ON actions WHEN',
    'AFTER UPDATE OF id ON actions WHEN',
  ),
  guard(
    'an action that is taken back is seen at once',
    'store/actions.ts',
    'AFTER DELETE ON actions WHEN',
    'AFTER DELETE ON actions WHEN 0 AND',
  ),
  guard(
    'derived again with what is buried',
    'store/pulls.ts',
    'if (slug && bury.run(repo, number).changes) touched.add(slug)',
    'if (slug) bury.run(repo, number)',
  ),
  guard(
    'updated_at moves with what readers see',
    'store/rfcs.ts',
    'updated_at = excluded.updated_at\n    WHERE (',
    'updated_at = excluded.updated_at\n    WHERE 1 OR (',
  ),
  guard(
    'a branch that the application closed stays closed',
    'store/branches.ts',
    "state = CASE WHEN state = 'closed' THEN 'closed' ELSE 'open' END",
    "state = 'open'",
  ),
  guard('a branch that comes back is open', 'store/branches.ts', "OR state NOT IN ('open', 'closed')", ''),
  guard(
    'what is private beside a public meta repository is not followed',
    'rules/follow.ts',
    'if (repo.private && !meta.private)',
    "if (repo.private && name === '')",
  ),
  guard(
    'the meta repository is nobody’s own',
    'rules/follow.ts',
    'if (repo.isMeta)',
    "if (repo.isMeta && name === '')",
  ),
  guard(
    'a repository is followed for one RFC',
    'rules/follow.ts',
    'return claimed === undefined\n',
    "return claimed === undefined || claimed !== ''\n",
  ),
  guard('a super-draft owns no repository', 'rules/follow.ts', "state === 'super-draft' || !repo", '!repo'),
  guard('a slug belongs to the file named after it', 'rules/claims.ts', 'paths.has(named) ? named :', ''),
  guard(
    'a slug that no file is named after belongs to the first',
    'rules/claims.ts',
    'byBytes(a.path, b.path))\n  const paths',
    'byBytes(b.path, a.path))\n  const paths',
  ),
  guard(
    'a fork’s pull of the meta repository is nobody’s',
    'rules/pull.ts',
    'pull.fromFork || pull.isAgit',
    'pull.isAgit',
  ),
  guard(
    'a pull of the meta repository is onto its default branch',
    'rules/pull.ts',
    '|| pull.base !== defaultBranch',
    '',
  ),
  guard(
    'a head’s branch is its label',
    'gitea/shapes.ts',
    'pull.head.label || pull.head.ref',
    'pull.head.ref || pull.head.label',
  ),
  {
    name: 'those that change names with each other step aside',
    edits: [
      { file: 'refresh/repos.ts', find: 'of collides ? moved : [])', replace: 'of collides ? [] : [])' },
      { file: 'refresh/repos.ts', find: 'collides ? aside : before', replace: 'before' },
    ],
  },
  guard(
    'an old name is asked again when names move',
    'refresh/repos.ts',
    'moved || whole || !store.repos.isAsked(name)',
    '!store.repos.isAsked(name)',
  ),
  guard(
    'what failed is asked again',
    'store/targets.ts',
    'SET started_at = NULL, due_at = coalesce(due_at, :now), not_before',
    'SET started_at = NULL, not_before',
  ),
  guard(
    'a run that a crash interrupted has ended',
    'work/lead.ts',
    'store.jobs.interruptRunning(timeNow({ effects }))',
    '',
  ),
  guard(
    'pulls that are turned off are not gone',
    'refresh/pulls.ts',
    'if (!repo.has_pulls) return { pulls: [], gone: [], refs, since: null, off: true }',
    'if (!repo.has_pulls) return { pulls: [], gone: live, refs, since: null, off: false }',
  ),
  guard(
    'pulls that cannot be seen are not gone',
    'refresh/pulls.ts',
    'if (read === null) return unavailable(mirror, repo, refs)',
    'if (read === null) return { pulls: [], gone: live, refs, since, off: false }',
  ),
  guard(
    'Gitea is left alone for as long as it asks',
    'gitea/sender.ts',
    'return pausedUntil - effects.now()',
    'return Math.min(pausedUntil - effects.now(), 0)',
  ),
  guard('only a merged pull supersedes', 'store/meaning.ts', "AND m.upstream_state = 'merged'", ''),
  guard(
    'derived again when a repository is gone that actions speak of',
    'refresh/repos.ts',
    'if (gone.length > 0) store.deriveAll()',
    '',
  ),
  guard(
    'derived again when another repository is followed that actions speak of',
    'refresh/entries-settled.ts',
    'if (changed.length > 0) store.deriveAll()',
    '',
  ),
  guard(
    'an RFC comes back with its file',
    'store/rfcs.ts',
    'f.problem, NULL, :now',
    'f.problem, (SELECT removed_at FROM cached_rfcs WHERE slug = f.slug), :now',
  ),
  guard(
    'who asks before a second look leaves it one',
    'store/targets.ts',
    'CASE WHEN due_at > :at THEN due_at ELSE 0 END',
    '0',
  ),
  guard(
    'a pull of pulls that are turned off is not gone',
    'refresh/pull.ts',
    'if (pull === null && !(await shownById',
    'if (pull === undefined && !(await shownById',
  ),
  guard(
    'the number of open pulls shows one that was deleted',
    'refresh/probe.ts',
    'if (miscounts(mirror, row, repo)) return',
    'if (miscounts(mirror, row, repo) && row.id < 0) return',
  ),
  guard(
    'a tree is whole',
    'gitea/api/files.ts',
    'if (items.length === data.total_count) return items',
    'if (items.length >= 0) return items',
  ),
  guard(
    'a default branch that is not there is asked again',
    'refresh/default-branch.ts',
    'if (tip || branches.size === 0) return',
    'if (tip || branches.size >= 0) return',
  ),
  guard(
    'dates are those of the tip that is shown',
    'refresh/entry-dates.ts',
    "if (store.repos.meta()?.tip !== tip || store.settings.get('entries_moving') !== null)",
    "if (store.repos.meta()?.tip === '')",
  ),
  guard(
    'a probe turns pages while what they show has moved',
    'gitea/api/repos.ts',
    'if (isLast || since === null ||',
    'if (isLast || since !== undefined ||',
  ),
  guard(
    'derived again when a repository gets another name',
    'refresh/repos.ts',
    'if (moved.length > 0) store.deriveAll()',
    '',
  ),
  guard(
    'a pull that one listing lacks is asked itself',
    'refresh/pulls.ts',
    'missing.filter((number) => !isWhole || refs.pulls.has(number))',
    'missing.filter((number) => number < 0)',
  ),
  guard(
    'every date is asked again after history was rewritten',
    'rules/history.ts',
    'if (!commit || steps > range.length) return null',
    'if (!commit || steps > range.length) break',
  ),
  guard(
    'pulls move with a renamed default branch',
    'refresh/default-branch.ts',
    'if (leadElsewhere) await',
    'if (leadElsewhere && repo.id < 0) await',
  ),
]
