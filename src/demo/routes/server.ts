import { json } from '../answer.ts'
import type { Call } from '../call.ts'
import type { RouteLine } from '../router.ts'

/** What the server says about itself. */
export const serverRoutes: RouteLine[] = [
  { method: 'GET', pattern: '/version', scope: undefined, route: version },
  { method: 'GET', pattern: '/settings/api', scope: undefined, route: apiSettings },
]

function version({ state }: Call) {
  return json(200, { version: state.dialect.version })
}

function apiSettings({ state }: Call) {
  return json(200, {
    max_response_items: 50,
    default_paging_num: 30,
    default_git_trees_per_page: 1000,
    default_max_blob_size: 10485760,
    default_max_response_size: state.dialect.since(24) ? 104857600 : undefined,
  })
}
