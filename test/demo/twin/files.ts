import { content, field, type Teller } from './teller.ts'

const nothing = '1'.repeat(40)

/** Files written to the default branch, and every way to read them. */
export async function tellFiles(told: Teller): Promise<void> {
  const sha = await writeFiles(told)
  await readContents(told)
  await readGit(told, sha)
  await readHistory(told)
}

async function writeFiles({ call, moving, look, repo }: Teller): Promise<unknown> {
  const first = { content: content('a'), message: 'Add a', branch: 'main' }
  const file = await moving('first file', 'POST', `${repo}/contents/rfcs/a.md`, first)
  await moving('file on main', 'POST', `${repo}/contents/rfcs/b%5B1%5D.md`, { content: content('b'), message: 'Add b' })
  await call('file that exists', 'POST', `${repo}/contents/rfcs/a.md`, first)
  await call('file with a wrong sha', 'PUT', `${repo}/contents/rfcs/a.md`, { ...first, sha: '0'.repeat(40) })
  await call('file on an absent branch', 'POST', `${repo}/contents/x.md`, { ...first, branch: 'absent' })
  const sha = field(file.json, 'content', 'sha')
  await moving('file changed', 'PUT', `${repo}/contents/rfcs/a.md`, {
    content: content('a2'),
    message: 'Change a',
    sha,
  })
  const files = [
    { operation: 'create', path: 'one.md', content: content('1') },
    { operation: 'create', path: 'deep/er/two.md', content: content('2') },
  ]
  await moving('several files', 'POST', `${repo}/contents`, { message: 'Two', files })
  const one = await look('one file', `${repo}/contents/one.md`)
  await moving('file deleted', 'DELETE', `${repo}/contents/one.md`, { sha: field(one.json, 'sha'), message: 'Gone' })
  await call('absent file deleted', 'DELETE', `${repo}/contents/one.md`, { sha: field(one.json, 'sha') })
  return sha
}

async function readContents({ look, repo }: Teller): Promise<void> {
  const files = (names: string) => `body=${encodeURIComponent(`{"files":${names}}`)}`
  await look('contents of the root', `${repo}/contents`)
  await look('contents of a directory', `${repo}/contents/rfcs?ref=main`)
  await look('contents at an absent ref', `${repo}/contents/rfcs?ref=absent`)
  await look('contents at an absent commit', `${repo}/contents/rfcs?ref=${nothing}`)
  await look('file-contents', `${repo}/file-contents?ref=main&${files('["rfcs/a.md","absent","rfcs"]')}`)
  await look('file-contents without a body', `${repo}/file-contents?ref=main`)
  await look('file-contents at an absent ref', `${repo}/file-contents?ref=absent&${files('["a"]')}`)
  await look('raw', `${repo}/raw/rfcs/a.md?ref=main`)
  await look('raw of an absent file', `${repo}/raw/absent.md?ref=main`)
  await look('raw at an absent ref', `${repo}/raw/rfcs/a.md?ref=absent`)
  await look('raw at an absent commit', `${repo}/raw/rfcs/a.md?ref=${nothing}`)
  await look('archive', `${repo}/archive/main.tar.gz`)
  await look('archive of an absent branch', `${repo}/archive/absent.tar.gz`)
}

async function readGit({ look, read, value, repo }: Teller, sha: unknown): Promise<void> {
  await look('tree, not recursive', `${repo}/git/trees/main`)
  await look('tree, page 2', `${repo}/git/trees/main?recursive=true&per_page=3&page=2`)
  await look('tree, page past the end', `${repo}/git/trees/main?recursive=true&per_page=3&page=9`)
  await look('tree of an absent branch', `${repo}/git/trees/absent`)
  for (const page of [1, 2, 3, 4]) {
    const tree = await read(`${repo}/git/trees/main?recursive=true&per_page=2&page=${page}`)
    value(
      `tree, page ${page} of two`,
      ['truncated', 'total_count', 'page'].map((name) => field(tree, name)),
    )
  }
  await look('blob', `${repo}/git/blobs/${sha}`)
  await look('blob that is none', `${repo}/git/blobs/${nothing}`)
  await look('refs, prefix', `${repo}/git/refs/heads/ma`)
  await look('refs, one', `${repo}/git/refs/heads/main`)
  await look('refs, none', `${repo}/git/refs/heads/absent`)
}

async function readHistory({ look, repo }: Teller): Promise<void> {
  await look('a commit', `${repo}/git/commits/main`)
  await look('an absent commit', `${repo}/git/commits/${nothing}`)
  await look('a commit that is no name', `${repo}/git/commits/absent`)
  await look('commits', `${repo}/commits?limit=2`)
  await look('commits, page 2', `${repo}/commits?limit=2&page=2`)
  await look('commits of an absent sha', `${repo}/commits?sha=${nothing}`)
  const brief = 'limit=1&stat=false&verification=false&files=false'
  await look('commits of a path', `${repo}/commits?path=rfcs/a.md&${brief}`)
  await look('commits of a path with a glob', `${repo}/commits?path=${encodeURIComponent('rfcs/b[1].md')}`)
  await look('commits of a literal path', `${repo}/commits?path=${encodeURIComponent(':(literal)rfcs/b[1].md')}`)
  await look('commits of an absent path', `${repo}/commits?path=absent`)
  await look('commits of a path at an absent sha', `${repo}/commits?path=rfcs/a.md&sha=${nothing}`)
}
