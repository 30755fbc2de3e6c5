/** A webhook of a repository or of an organisation. */
export type Hook = {
  id: number
  owner: { kind: 'repository' | 'organization'; id: number }
  type: string
  url: string
  contentType: 'json' | 'form'
  secret: string
  /** Exact event types, with the collective names already spelled out. */
  events: ReadonlySet<string>
  branchFilter: string
  authorization: string
  active: boolean
  created: number
  updated: number
}
