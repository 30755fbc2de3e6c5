import { z } from 'zod'
import { type FakeAnswer, json } from '../answer.ts'
import { bodyOf, type Call, param, signedIn } from '../call.ts'
import { type FileChange, signature, writeCommit } from '../changes/commit.ts'
import { pushRef } from '../changes/push.ts'
import type { Commit } from '../git/objects.ts'
import { entryAt } from '../git/trees.ts'
import { failure } from '../refusals.ts'
import { writableRepo } from '../repo-of.ts'
import type { RouteLine } from '../router.ts'
import { contentsShape } from '../shapes/contents.ts'
import { fileCommitShape } from '../shapes/file-commit.ts'
import { type Repo, tipOf } from '../state/repo.ts'
import type { User } from '../state/user.ts'

/** Commits made through the API. */
export const fileWriteRoutes: RouteLine[] = [
  { method: 'POST', pattern: '/repos/:owner/:repo/contents', scope: 'repository', route: changeFiles },
  {
    method: 'POST',
    pattern: '/repos/:owner/:repo/contents/*',
    scope: 'repository',
    route: (call) => oneFile(call, 'create', 201),
  },
  { method: 'PUT', pattern: '/repos/:owner/:repo/contents/*', scope: 'repository', route: putFile },
  {
    method: 'DELETE',
    pattern: '/repos/:owner/:repo/contents/*',
    scope: 'repository',
    route: (call) => oneFile(call, 'delete', 200),
  },
]

const person = z.object({ name: z.string(), email: z.string() }).partial()
const commitFields = {
  message: z.string().default(''),
  branch: z.string().optional(),
  new_branch: z.string().optional(),
  author: person.default({}),
  committer: person.default({}),
  dates: z.object({ author: z.string(), committer: z.string() }).partial().default({}),
}
const operation = z.enum(['create', 'update', 'upload', 'delete'])
const fileBody = z.object({ ...commitFields, content: z.string().default(''), sha: z.string().default('') })
const filesBody = z.object({
  ...commitFields,
  files: z.array(
    z.object({ operation, path: z.string(), content: z.string().default(''), sha: z.string().default('') }),
  ),
})

type Operation = z.infer<typeof operation>
type Person = z.infer<typeof person>
type FileStep = z.infer<typeof filesBody>['files'][number]
type CommitWords = Omit<z.infer<typeof fileBody>, 'content' | 'sha'>

function changeFiles(call: Call): FakeAnswer {
  const { files, ...words } = bodyOf(call, filesBody)
  const { repo, commit } = commitFiles(call, words, files)
  const kept = files.map(({ path }) => contentsAt(call, repo, words, commit, path))
  return json(201, { files: kept, ...fileCommitShape(call.state, repo, commit) })
}

/** Without the old blob's id it makes a file, answering 201 as making one does. */
function putFile(call: Call): FakeAnswer {
  const making = bodyOf(call, fileBody).sha === ''
  return oneFile(call, making ? 'create' : 'update', making ? 201 : 200)
}

function oneFile(call: Call, kind: Operation, status: number): FakeAnswer {
  const { content, sha, ...words } = bodyOf(call, fileBody)
  const path = param(call, '*')
  const { repo, commit } = commitFiles(call, words, [{ operation: kind, path, content, sha }])
  const shape = kind === 'delete' ? null : contentsAt(call, repo, words, commit, path)
  return json(status, { content: shape, ...fileCommitShape(call.state, repo, commit) })
}

function commitFiles(call: Call, words: CommitWords, files: FileStep[]): { repo: Repo; commit: Commit } {
  const repo = writableRepo(call)
  const from = words.branch || repo.defaultBranch
  const to = words.new_branch || from
  const tip = tipOf(repo, from)
  if (tip === undefined && !repo.empty) throw failure(call, 404, `branch does not exist [name: ${from}]`)
  if (to !== from && tipOf(repo, to)) throw failure(call, 422, `branch already exists [name: ${to}]`)
  const changes = Object.fromEntries(files.map((file) => [file.path, checked(call, repo, tip, file)]))
  const maker = signedIn(call)
  const options = {
    parents: tip === undefined ? [] : [tip],
    message: words.message || defaultMessage(files),
    ...identities(call, words, maker),
  }
  const id = writeCommit(call.state, repo, from, changes, maker, options)
  pushRef(call.state, repo, `refs/heads/${to}`, id, maker)
  const commit = repo.objects.commit(id)
  if (!commit) throw new Error(`commit ${id} was just written`)
  return { repo, commit }
}

/** Creating needs the path free; changing needs the blob that is there now. */
function checked(call: Call, repo: Repo, tip: string | undefined, file: FileStep): FileChange {
  const entry = entryAt(repo.objects, repo.objects.commit(tip ?? '')?.tree ?? '', file.path)
  if (file.operation === 'create' && entry)
    throw failure(call, 422, `repository file already exists [path: ${file.path}]`)
  if (file.operation === 'update' || file.operation === 'delete') {
    if (!entry) throw failure(call, 404, `repository file does not exist [path: ${file.path}]`)
    if (file.sha !== entry.id)
      throw failure(call, 422, `sha does not match [given: ${file.sha}, expected: ${entry.id}]`)
  }
  return file.operation === 'delete' ? null : Buffer.from(file.content, 'base64')
}

/** If only one of author and committer is given, it is both. */
function identities(call: Call, { author, committer, dates }: CommitWords, maker: User) {
  const self = signature(call.state, maker)
  const named = (one: Person, other: Person) => ({
    name: one.name || other.name || self.name,
    email: one.email || other.email || self.email,
  })
  return {
    author: { ...self, ...named(author, committer), ...dated(dates.author) },
    committer: { ...self, ...named(committer, author), ...dated(dates.committer) },
  }
}

function dated(date: string | undefined): { seconds: number; offset: string } | Record<string, never> {
  if (date === undefined) return {}
  const offset = /([+-]\d\d):(\d\d)$/.exec(date)
  return { seconds: Math.floor(Date.parse(date) / 1000), offset: offset ? `${offset[1]}${offset[2]}` : '+0000' }
}

function defaultMessage(files: FileStep[]): string {
  const verbs = { create: 'Add', upload: 'Add', update: 'Update', delete: 'Delete' }
  return files.map(({ operation: kind, path }) => `${verbs[kind]} ${path}`).join('\n')
}

function contentsAt(call: Call, repo: Repo, words: CommitWords, commit: Commit, path: string) {
  const entry = entryAt(repo.objects, commit.tree, path)
  if (!entry) return null
  const ref = { words: words.new_branch || words.branch || repo.defaultBranch, kind: 'branch' as const, commit }
  const content = { content: repo.objects.blob(entry.id)?.toString('base64') ?? '', encoding: 'base64' }
  return contentsShape(call.state, repo, ref, entry, path, content)
}
