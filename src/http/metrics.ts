import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { z } from 'zod'
import type { Meter } from '../meter.ts'
import type { Status } from '../status/shape.ts'
import { counters, gauges, type Reading } from './metric-list.ts'

export type Metrics = ReturnType<typeof createMetrics>

/** Gauges of Node that call themselves totals, which only counters may; the same are there by other names. */
const misnamed = ['handles', 'requests', 'resources'].map((name) => `rfcached_nodejs_active_${name}_total`)
const seconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** What `GET /metrics` tells, in a registry of its own; the meter is for those who do what is measured. */
export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'rfcached_' })
  for (const name of misnamed) registry.removeSingleMetric(name)
  const shown = shownOf(registry)
  return {
    meter: meterOf(registry),
    type: registry.contentType,
    /** The exposition of this status, and of what was measured. */
    render: (status: Status): Promise<string> => {
      for (const show of shown) show(status)
      return registry.metrics()
    },
  }
}

/** `GET /metrics`: how we are doing, for Prometheus. */
export const metricsRoutes: FastifyPluginAsyncZod<{ status: () => Status; metrics: Metrics }> = async (
  app,
  { status, metrics },
) => {
  app.get('/metrics', { schema }, async (_, reply) => reply.type(metrics.type).send(await metrics.render(status())))
}

const schema = {
  summary: 'How we are doing, for Prometheus',
  response: { 200: { description: 'Its text format', content: { 'text/plain': { schema: z.string() } } } },
}

/** How each metric of the list takes its values from a status. */
function shownOf(registry: Registry): ((status: Status) => void)[] {
  const options = (name: string, help: string, label: string | undefined) => ({
    name: `rfcached_${name}`,
    help,
    registers: [registry],
    labelNames: label === undefined ? [] : [label],
  })
  return [
    ...gauges.map(({ name, help, label, read }) => {
      const gauge = new Gauge(options(name, help, label))
      return (status: Status) => setAll(read(status), label, gauge.reset.bind(gauge), gauge.set.bind(gauge))
    }),
    ...counters.map(({ name, help, label, read }) => {
      const counter = new Counter(options(name, help, label))
      return (status: Status) => setAll(read(status), label, counter.reset.bind(counter), counter.inc.bind(counter))
    }),
  ]
}

function setAll(
  reading: Reading,
  label: string | undefined,
  reset: () => void,
  set: (labels: Record<string, string>, value: number) => void,
): void {
  reset()
  const values = typeof reading === 'number' ? { '': reading } : reading
  for (const [word, value] of Object.entries(values)) set(label === undefined ? {} : { [label]: word }, value)
}

function meterOf(registry: Registry): Meter {
  const histogram = (name: string, help: string, labelNames: string[]) =>
    new Histogram({ name: `rfcached_${name}`, help, labelNames, buckets: seconds, registers: [registry] })
  const requests = histogram('gitea_request_duration_seconds', 'Requests to Gitea, by status; 0: no answer', ['status'])
  const refreshes = histogram('refresh_duration_seconds', 'Refreshes, by kind of target and outcome', [
    'kind',
    'outcome',
  ])
  const deliveries = new Counter({
    name: 'rfcached_deliveries_total',
    help: 'Webhook deliveries, by the status they were answered with: 202 kept, 200 seen before, else refused',
    labelNames: ['status'],
    registers: [registry],
  })
  return {
    answered: (status, ms) => requests.observe({ status: String(status) }, ms / 1000),
    refreshed: (kind, outcome, ms) => refreshes.observe({ kind, outcome }, ms / 1000),
    delivered: (status) => deliveries.inc({ status }),
  }
}
