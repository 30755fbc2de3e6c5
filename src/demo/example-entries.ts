/** The RFCs of the example organisation: people who build a notebook that several devices share. */
export type ExampleEntry = {
  slug: string
  title: string
  state: 'super-draft' | 'active' | 'withdrawn'
  proposedBy: string
  owners: string[]
  tags: string[]
  body: string
  id?: string
  repo?: string
}

export const examples = {
  blobs: {
    slug: 'content-addressed-blobs',
    title: 'Content-addressed blobs',
    state: 'active',
    id: '0001',
    repo: 'tidepool/rfc-0001',
    proposedBy: 'mara',
    owners: ['mara'],
    tags: ['storage'],
    body: 'Attachments are named by the hash of what is in them, so that two devices that hold the same photo know it.',
  },
  log: {
    slug: 'append-only-log',
    title: 'An append-only change log',
    state: 'active',
    id: '0002',
    repo: 'tidepool/rfc-0002',
    proposedBy: 'jonas',
    owners: ['jonas', 'mara'],
    tags: ['storage', 'sync'],
    body: 'Every device writes what it did to the end of its own log, and reads the others. Nothing is ever written over.',
  },
  merge: {
    slug: 'offline-merge',
    title: 'Merging while offline',
    state: 'active',
    id: '0003',
    repo: 'tidepool/rfc-0003',
    proposedBy: 'priya',
    owners: ['priya', 'tomas'],
    tags: ['sync'],
    body: 'Two people who edit one page in two trains both keep their words when they meet again.',
  },
  search: {
    slug: 'search-index',
    title: 'A search index on the device',
    state: 'super-draft',
    proposedBy: 'priya',
    owners: ['priya'],
    tags: ['search'],
    body: 'Search works without a server. The index is built from the log while the device is charged.',
  },
  encryption: {
    slug: 'end-to-end-encryption',
    title: 'End-to-end encryption',
    state: 'super-draft',
    proposedBy: 'mara',
    owners: ['mara', 'wen'],
    tags: ['security'],
    body: 'Whoever runs the relay sees sizes and times, and nothing else.',
  },
  pairing: {
    slug: 'device-pairing',
    title: 'Pairing devices by a short code',
    state: 'super-draft',
    proposedBy: 'wen',
    owners: ['wen'],
    tags: ['security'],
    body: 'Six words, read aloud, are enough to make two devices trust each other.',
  },
  plugins: {
    slug: 'plugin-sandbox',
    title: 'A sandbox for plugins',
    state: 'super-draft',
    proposedBy: 'wen',
    owners: ['wen'],
    tags: ['plugins', 'security'],
    body: 'A plugin reads the page it was opened on, and asks for everything else.',
  },
  quotas: {
    slug: 'quota-messages',
    title: 'Quotas that say why',
    state: 'super-draft',
    proposedBy: 'tomas',
    owners: ['tomas'],
    tags: [],
    body: 'When a notebook is full, it says which attachments fill it, and what leaving one out would free.',
  },
  schemas: {
    slug: 'schema-evolution',
    title: 'Schemas that change without a pause',
    state: 'super-draft',
    proposedBy: 'jonas',
    owners: ['jonas'],
    tags: ['storage'],
    body: 'An old device goes on reading what a new one writes, and keeps what it does not understand.',
  },
  peers: {
    slug: 'peer-discovery',
    title: 'Finding peers on the local network',
    state: 'withdrawn',
    proposedBy: 'drew',
    owners: [],
    tags: ['network'],
    body: 'Devices in one room find each other by multicast. (Withdrawn: most networks we met forbid it.)',
  },
} satisfies Record<string, ExampleEntry>

/** The entry before it had a number and a repository. */
export function draftOf({ id: _, repo: __, ...entry }: ExampleEntry): ExampleEntry {
  return { ...entry, state: 'super-draft' }
}

/** Where an entry stands in the meta repository. */
export function fileOf({ slug }: ExampleEntry): string {
  return `rfcs/${slug}.md`
}

/** An entry file as its author writes it. */
export function entryText({ slug, title, state, id, repo, proposedBy, owners, tags, body }: ExampleEntry): string {
  const lines = [
    `slug: ${slug}`,
    `title: ${title}`,
    `state: ${state}`,
    ...(id ? [`id: RFC-${id}`] : []),
    ...(repo ? [`repo: ${repo}`] : []),
    `proposed_by: ${proposedBy}`,
    `owners: [${owners.join(', ')}]`,
    `tags: [${tags.join(', ')}]`,
  ]
  return `---\n${lines.join('\n')}\n---\n\n${body}\n`
}

/** The document in an RFC's own repository. */
export function documentText({ id, title, body }: ExampleEntry): string {
  return `# RFC-${id}: ${title}\n\n${body}\n\n## Status\n\nActive.\n`
}
