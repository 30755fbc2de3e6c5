import type { Step } from './steps.ts'

/**
 * What protects the mirror, each with how to take it away: pieces of src that are replaced as the modules are loaded. The
 * simulation must notice each of them missing. A piece that is no longer there is an error.
 */
export type Guard = { name: string; edits: { file: string; find: string; replace: string }[] }

/** By a guard's name: a shortened history that shows it missing, and how many were lived through until one did. */
export type Caught = Record<string, { histories: number; seed: number; steps: Step[] }>
export const caughtFile = new URL('./caught.json', import.meta.url)

const guard = (name: string, file: string, find: string, replace: string): Guard => ({
  name,
  edits: [{ file, find, replace }],
})

export const guards: Guard[] = [
  {
    name: 'claim before fetch',
    edits: [
      { file: 'store/targets.ts', find: 'SET due_at = again_at, again_at = NULL, whole = 0', replace: 'SET whole = 0' },
      {
        file: 'store/targets.ts',
        find: 'UPDATE targets SET started_at = NULL, refreshed_at = :now',
        replace: 'UPDATE targets SET due_at = NULL, again_at = NULL, started_at = NULL, refreshed_at = :now',
      },
    ],
  },
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
  {
    name: 'fence: who lost the lease writes no more',
    edits: [
      {
        file: 'store/store.ts',
        find: 'if (fencedFor !== null && !lease.isHeldBy(fencedFor)) throw new LeaseLost()',
        replace: '',
      },
      { file: 'work/lead.ts', find: 'if (!wasOurs && store.isFencedFor(name)) throw new LeaseLost()', replace: '' },
      { file: 'work/service.ts', find: 'if (pulse.leads && !took) throw new LeaseLost()', replace: '' },
    ],
  },
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
  {
    name: 'texts are those of their blobs',
    edits: [
      {
        file: 'gitea/api/files.ts',
        find: 'if (blobId(bytes, sha.length) !== sha) throw',
        replace: "if (sha === '') throw",
      },
      { file: 'refresh/entry-texts.ts', find: 'blobId(bytes, sha.length) !== sha', replace: 'bytes.length < 0' },
    ],
  },
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
]
