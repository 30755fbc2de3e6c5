import type { Status } from '../../status/shape.ts'
import type { JobView } from '../../work/job-view.ts'
import { type Html, html, type Part } from './html.ts'
import { pill, progress, section, type Tone } from './parts.ts'
import { span, when } from './words.ts'

const words: Record<JobView['status'], [Tone, string]> = {
  pending: ['quiet', 'waiting'],
  running: ['busy', 'running'],
  completed: ['good', 'completed'],
  completed_with_warnings: ['busy', 'completed with warnings'],
  failed: ['bad', 'failed'],
}

/** The runs: those under way and waiting with their progress, then how the latest ended. */
export function jobs({ jobs: { running, pending, recent }, at }: Status): Html {
  const active = [...running, ...pending]
  const past = recent.length > 0 ? html`<ul class="lines">${recent.map((job) => ran(job, at))}</ul>` : null
  const none = active.length === 0 && recent.length === 0 && html`<p class="none">No job has run yet.</p>`
  const now = active.map((job) => html`<li id="job-${job.id}">${head(job)}${underWay(job)}${stopButton(job)}</li>`)
  return section('jobs', 'Jobs', html`${none}${active.length > 0 && html`<ul class="lines active">${now}</ul>`}${past}`)
}

/** How far a run is. */
export function underWay(job: JobView): Html {
  if (job.stop_by !== null) return html`<p>Asked to stop by ${job.stop_by}.</p>`
  return job.status === 'pending'
    ? html`<p>It begins when what runs has ended.</p>`
    : progress(`Progress of ${job.kind}`, job)
}

/** How a run ended, when, and what it said. */
export function ended(job: JobView, now: string): Part {
  return html`${state(job)} ${when(job.completed_at, now)}${message(job)}`
}

function ran(job: JobView, now: string): Html {
  const took = span(job.started_at, job.completed_at)
  const end = html`<span class="end">${when(job.completed_at, now)}${took !== null && html` · took ${took}`}</span>`
  return html`<li id="job-${job.id}">${head(job, end)}${message(job)}</li>`
}

function message({ status, error_message }: JobView): Part {
  const [tone] = words[status]
  return error_message !== null && html`<span class="message said-${tone}">${error_message}</span>`
}

function head(job: JobView, end: Part = null): Html {
  return html`<p class="job"><strong>${job.kind}</strong>${state(job)}${end}<span class="by">${job.triggered_by}</span></p>`
}

function state({ status }: JobView): Html {
  return pill(...words[status])
}

function stopButton({ id, kind, stop_by }: JobView): Part {
  if (stop_by !== null) return null
  return html`<form method="post" action="stop"><input type="hidden" name="job" value="${id}"><button id="stop-${id}" class="small">Stop<span class="unseen"> ${kind}</span></button></form>`
}
