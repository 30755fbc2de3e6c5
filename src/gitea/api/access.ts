import { z } from 'zod'
import type { Client } from '../client.ts'

const openedBy = z.array(z.object({ user: z.object({ login: z.string() }).nullish() }).nullable()).nullable()

/** What only `doctor` asks: whether things can be seen at all. Never /user or /users, which ask for a scope that the mirror does without. */
export function accessApi(client: Client) {
  return {
    /** Whether there is an organisation of that name that the token may see; a user is none. Takes read:organization. */
    hasOrganisation: async (name: string): Promise<boolean> =>
      (await client.json(`/orgs/${encodeURIComponent(name)}`, z.object({}))).data !== null,
    /**
     * Who opened the newest pulls of an owner, and whether one of them was `login`. Takes read:issue.
     * Gitea 1.26 looks for that user alone and answers 404 when there is none; Forgejo 7 lists the newest pulls of all.
     */
    opener: async (owner: string, login: string): Promise<'seen' | 'unseen' | 'no such user'> => {
      const { data, status } = await client.json(
        `/repos/issues/search?type=pulls&state=all&owner=${encodeURIComponent(owner)}&created_by=${encodeURIComponent(login)}&limit=50`,
        openedBy,
      )
      if (status === 404) return 'no such user'
      const isHis = (name: string | undefined) => name?.toLowerCase() === login.toLowerCase()
      return data?.some((pull) => isHis(pull?.user?.login)) ? 'seen' : 'unseen'
    },
  }
}
