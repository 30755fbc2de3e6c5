import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { createMetrics } from '../../src/http/metrics.ts'
import { openDesk } from '../work/desk.ts'
import { house, minute } from './house.ts'
import { promtool, withoutPromtool } from './promtool.ts'

const read = (name: string) => readFileSync(new URL(`../../units/${name}`, import.meta.url), 'utf8')
let here: ReturnType<typeof house>
let metrics: ReturnType<typeof createMetrics>
beforeEach(() => {
  here = house()
  metrics = createMetrics()
})
const scrape = () => metrics.render(here.status())
const value = async (sample: string) => {
  const line = (await scrape()).split('\n').find((one) => one.startsWith(`${sample} `))
  return line === undefined ? undefined : Number(line.slice(sample.length + 1))
}

/** Every name a query may use: of a histogram also those of its parts. */
const exported = async () =>
  [...(await scrape()).matchAll(/^# TYPE (\S+) (\w+)$/gm)].flatMap(([, name, type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [`${name}`],
  )

describe('GET /metrics', () => {
  test('tells how we are doing at the moment it is asked', async () => {
    expect(await value('rfcached_healthy')).toBe(1)
    expect(await value('rfcached_verdict{level="failing"}')).toBe(0)
    here.pass(2 * minute)
    here.pulse.refused = 'Gitea refused the token.'
    expect(await value('rfcached_lag_seconds')).toBe(120)
    expect(await value('rfcached_gitea_token_refused')).toBe(1)
    expect(await value('rfcached_healthy')).toBe(0)
    expect(await value('rfcached_verdict{level="failing"}')).toBe(1)
    here.pulse.refused = null
    expect(await value('rfcached_gitea_token_refused')).toBe(0)
  })

  test('calls a copy healthy beside which a backfill runs', async () => {
    here.sql(`INSERT INTO backfills (name, status, done, total, updated_at) VALUES ('search', 'running', 1, 4, '')`)
    expect(await value('rfcached_verdict{level="warming"}')).toBe(1)
    expect(await value('rfcached_healthy')).toBe(1)
    expect(await value('rfcached_backfill_done_ratio{name="search"}')).toBe(0.25)
  })

  test('counts up what only goes up, however often it is asked', async () => {
    here.store.transaction(() => here.store.settings.set('missed_webhooks', 4))
    here.traffic.requests = 12
    here.traffic.errors = 3
    for (let times = 0; times < 3; times++) await scrape()
    expect(await value('rfcached_missed_webhooks_total')).toBe(4)
    expect(await value('rfcached_gitea_requests_total')).toBe(12)
    expect(await value('rfcached_gitea_errors_total')).toBe(3)
  })

  test('measures requests, refreshes and deliveries where they happen', async () => {
    metrics.meter.answered(200, 40)
    metrics.meter.answered(0, 30_000)
    metrics.meter.refreshed('pull', 'failed', 2000)
    metrics.meter.delivered('202')
    metrics.meter.delivered('401')
    metrics.meter.delivered('401')
    expect(await value('rfcached_gitea_request_duration_seconds_sum{status="0"}')).toBe(30)
    expect(await value('rfcached_gitea_request_duration_seconds_bucket{le="0.05",status="200"}')).toBe(1)
    expect(await value('rfcached_refresh_duration_seconds_count{kind="pull",outcome="failed"}')).toBe(1)
    expect(await value('rfcached_deliveries_total{status="401"}')).toBe(2)
  })

  test('is served in the form Prometheus asks for, by each app from a registry of its own', async () => {
    await using one = openDesk()
    await using other = openDesk()
    for (const desk of [one, other]) {
      const { statusCode, headers, body } = await desk.app.inject({ url: '/metrics' })
      expect(statusCode).toBe(200)
      expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
      expect(body).toMatch(/^rfcached_build_info\{version="\d+\.\d+\.\d+"\} 1$/m)
      expect(body).not.toContain('status="401"')
    }
  })

  test('names everything with our prefix, a unit and, where it counts up, _total', async () => {
    const types = [...(await scrape()).matchAll(/^# TYPE (\S+) (\w+)$/gm)]
    expect(types.length).toBeGreaterThan(30)
    for (const [, name = '', type] of types) {
      expect(name).toMatch(/^rfcached_[a-z0-9_]+$/)
      expect(name.endsWith('_total'), `${name} is a ${type}`).toBe(type === 'counter')
    }
  })

  test.skipIf(withoutPromtool)(`pleases promtool check metrics${withoutPromtool}`, async () => {
    expect(promtool(['check', 'metrics'], await scrape())).toEqual({ status: 0, said: '' })
  })
})

describe.each(['rfcached.rules.yml', 'grafana-dashboard.json', '../README.md'])('units/%s', (file) => {
  test('speaks only of metrics that are exported', async () => {
    const names = read(file).matchAll(/\brfcached_(?!actions_)[a-z0-9_]*[a-z0-9]\b/g)
    const spoken = new Set([...names].map(([name]) => name))
    expect(spoken.size).toBeGreaterThan(8)
    // A query names a part of a histogram; for people it has one name.
    const known = (await exported()).flatMap((name) =>
      file.endsWith('.md') ? [name, name.replace('_bucket', '')] : name,
    )
    expect([...spoken].filter((name) => !known.includes(name))).toEqual([])
  })
})

describe('the alerts', () => {
  test.skipIf(withoutPromtool)(`are rules that promtool can read${withoutPromtool}`, () => {
    expect(promtool(['check', 'rules', 'rfcached.rules.yml'])).toMatchObject({ status: 0 })
  })

  test.skipIf(withoutPromtool)(`ring when they should, and only then${withoutPromtool}`, () => {
    const { status, said } = promtool(['test', 'rules', 'rfcached.rules.test.yml'])
    expect(status, said).toBe(0)
  })
})

test('the dashboard is one that Grafana can import: panels of its own grid, each with a query', () => {
  const { panels, uid } = JSON.parse(read('grafana-dashboard.json'))
  expect(uid).toBe('rfcached')
  const ids = panels.map(({ id }: { id: number }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { title, targets, gridPos } of panels) {
    expect(targets.length, title).toBeGreaterThan(0)
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
  }
})
