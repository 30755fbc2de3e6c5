/**
 * One thing of a motif: a kind of step, a group of kinds, or `again`: the change before once more, mostly of the same thing. With
 * how long may pass after it, in milliseconds, where that matters.
 */
export type Beat = string | readonly [kind: string, from: number, to: number]

/** Ways in which a listing lies, and in which something is refused. */
export const troublesOf: Record<string, string[]> = {
  lists: ['only short', 'only total', 'only nulls'],
  holes: ['only short /issues/search', 'only nulls /issues/search', 'only 404 /issues/search'],
  refusals: ['only 404', 'only 403', 'only 5xx', 'only html'],
  names: [
    'repository renamed',
    'repository renamed and its name taken',
    'repositories swapped their names',
    'repository deleted and made anew',
  ],
}

const fourNotes = ['application notes', 'application notes', 'application notes', 'application notes']

const made = ['branch made', 0, 2000] as const
const fiveMade = [made, made, made, made, made]
const threeMore = ['branch made', 'pull opened', 'pull opened']
const replaced = ['open pull replaced', 0, 8000] as const
const fourReplaced = [replaced, replaced, replaced, replaced]

/** What hurts most when it comes one after the other. */
export const motifs: Beat[][] = [
  ['pulls', 'long pause', 'weather', 'probe', 'fair weather'],
  ['branches', 'long pause', 'weather', 'sweep', 'fair weather'],
  ['weather', 'pulls', 'branches', 'fair weather', 'probe'],
  ['weather', 'entries', 'sweep', 'fair weather'],
  ['weather', 'repositories', 'sweep', 'fair weather'],
  ['weather', 'branches', 'stopped', 'branches', 'long pause', 'goes on'],
  ['backup taken', 'branches', 'probe', 'backup restored'],
  ['weather', 'branches', 'entries', 'crash', 'pulls', 'restart'],
  // What the application says of whom it acts for.
  ['pull opened', 'pull rewritten by the bot', 'pull rewritten by the bot', 'pull rewritten by the bot'],
  ['pull opened', 'pull rewritten to supersede', 'pull rewritten to supersede', 'pull merged', 'pull merged'],
  ['pulls', 'application notes', 'application notes', 'application corrects itself', 'application corrects itself'],
  [...fourNotes, 'repository renamed', ['probe', 5000, 20_000], 'entry given a repository'],
  [...fourNotes, 'repository deleted', ['sweep', 5000, 20_000], 'entry given a repository'],
  ['pull opened', 'pull opened', ...fourNotes, ...fourNotes, ['repository renamed', 5000, 20_000]],
  ['application closes a branch', 'branches', 'branches', 'application closes a branch', 'sweep', 'branches'],
  // A change that nobody told of, and a listing that lacks it.
  ['silence', 'pulls', 'long pause', 'lists', ['probe', 5000, 20_000], 'fair weather', 'webhooks again'],
  ['silence', 'pulls', 'long pause', 'holes', ['probe', 5000, 20_000], 'fair weather', 'webhooks again'],
  ['silence', 'repositories', 'lists', ['sweep', 5000, 20_000], 'fair weather', 'webhooks again'],
  // Twice in a moment, a read between.
  ['silence', 'pulls', ['probe', 100, 1500], 'again', 'long pause', 'webhooks again'],
  ['silence', 'branches', ['probe', 100, 1500], 'again', 'long pause', 'webhooks again'],
  ['silence', 'seen late', 'pulls', 'webhooks again'],
  ['seen late', 'pulls', 'seen late', 'branches'],
  ['fair weather', 'seen late', 'entries', 'seen late', 'entries', 'seen late', 'entries'],
  // More than a page of repositories.
  ['silence', 'repository made', ['probe', 15_000, 20_000], ...fiveMade, ...fiveMade, ['probe', 5000, 20_000]],
  // What moves on while it is read.
  [
    ...threeMore,
    ...threeMore,
    ...threeMore,
    'slow answers',
    ['sweep', 10_000, 50_000],
    ...fourReplaced,
    ...fourReplaced,
  ],
  [
    'slow answers of contents',
    'entry edited and put back',
    ['entries moved by force', 500, 15_000],
    ['entry edited', 20_000, 40_000],
  ],
  [
    ['entry edited and put back', 5000, 20_000],
    ['entries moved by force', 5000, 20_000],
  ],
  // Answers from before a pause, to a process that another has taken over from.
  ['slow answers', ['branches', 0, 0], ['stopped', 0, 0], 'again', 'long pause', ['goes on', 20_000, 20_000]],
  ['slow answers', ['pulls', 0, 0], ['stopped', 0, 0], 'again', 'long pause', ['goes on', 20_000, 20_000]],
  ['slow answers', ['branch pushed to', 0, 0], ['stopped', 0, 0], 'again', 'long pause', ['goes on', 20_000, 20_000]],
  [
    'slow answers',
    ['branch pushed to', 0, 0],
    ['stopped', 0, 0],
    'again',
    'long pause',
    'crash',
    'long pause',
    'goes on',
  ],
  ['stopped', 'long pause', 'slow answers', ['sweep', 0, 0], ['probe', 0, 0], 'goes on'],
  // Something that is there and cannot be seen.
  [['refusals', 0, 0], 'pulls', 'again', 'fair weather'],
  [['refusals', 0, 0], 'branches', 'again', 'fair weather'],
  [['refusals', 0, 0], 'entries', ['sweep', 5000, 20_000], 'fair weather'],
  [['only 404 /raw/', 0, 0], ['document changed', 5000, 5000], 'fair weather'],
  [['only bytes /', 0, 0], 'entries', 'document changed', 'fair weather'],
  [['only short /git/trees', 0, 0], 'entries', 'entries', ['sweep', 5000, 20_000], 'fair weather'],
  [['only 5xx /git/blobs', 0, 0], 'entries', 'entries', 'fair weather'],
  [['only 403 /repos/rfcs/one', 0, 0], ['repository renamed', 5000, 20_000], 'fair weather'],
  [['only 404 /repos/rfcs/two', 0, 0], ['branches', 5000, 20_000], ['sweep', 5000, 20_000], 'fair weather'],
  [['only 404 /pulls/', 0, 0], ['pulls', 5000, 20_000], 'fair weather'],
  [['only few', 0, 0], ['sweep', 5000, 20_000], 'fair weather'],
  // Names that come to mean another while something is read.
  ['slow answers', ['pulls', 0, 5000], ['names', 0, 5000], ['sweep', 20_000, 20_000], 'fair weather'],
  ['slow answers', ['sweep', 0, 5000], ['names', 0, 5000], 'again', 'fair weather'],
  ['backup taken', 'branches', ['probe', 5000, 10_000], 'backup restored'],
  ['backup taken', 'pulls', ['probe', 5000, 10_000], 'backup restored'],
]
