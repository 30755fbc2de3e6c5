import { request } from 'undici'
import { expect, test } from 'vitest'
import { openServed, until } from './served.ts'

test('a command’s run is stopped through the daemon beside it, which goes on with what was asked', async () => {
  await using served = await openServed()
  served.fake.fail(({ path }) => (path.includes('rfcs/beta') ? { kind: 'hang' } : undefined))
  const command = served.start(['reconcile', '--once', '--json'])
  const running = () => served.all(`SELECT id FROM jobs WHERE status = 'running' AND phase = 'branches and pulls'`)[0]
  const { id } = await until('the sweep', () => command.process.exitCode === null && hasJobs(served) && running())
  await served.serve({ swept: false })
  const { statusCode, body } = await request(`${served.url}/api/v1/jobs/${id}?client=test`, { method: 'DELETE' })
  expect([statusCode, await body.json()]).toMatchObject([202, { job_id: id, status: 'running' }])
  expect(await command.exit).toBe(1)
  expect(command.log()).toContain('stopped by api:test')
  expect(served.all('SELECT status, error_message, stop_by FROM jobs WHERE id = ?', Number(id))).toEqual([
    { status: 'failed', error_message: 'stopped by api:test', stop_by: 'api:test' },
  ])
  served.fake.fail(undefined)
  await served.settled()
  expect(served.head('rfcs/beta', 'main')).toBeDefined()
  expect(await served.drift()).toEqual([])
})

/** Whether the command has made the file. */
function hasJobs(served: Awaited<ReturnType<typeof openServed>>): boolean {
  try {
    return served.all('SELECT 1 FROM jobs').length > 0
  } catch {
    return false
  }
}
