import type { Status } from '../../status/shape.ts'
import { type Html, html } from './html.ts'
import { ended, underWay } from './jobs.ts'

/** The button that asks for a look at everything, and what became of the last one; it is found again in the status. */
export function reconcileNow({ jobs, at, lag_seconds }: Status): Html {
  const isOne = ({ kind }: { kind: string }) => kind === 'reconcile'
  const active = jobs.running.find(isOne) ?? jobs.pending.find(isOne)
  const last = jobs.recent.find(isOne)
  // Of the first sweep a banner tells below.
  const progress = active && lag_seconds !== null && underWay(active)
  const said = active ? progress : last && html`<p>The last one: ${ended(last, at)}</p>`
  return html`<div id="reconcile" class="reconcile">
<form method="post" action="reconcile"><button id="reconcile-now"${active && html` aria-disabled="true"`}>${active ? 'Reconciling …' : 'Reconcile now'}</button></form>
<div aria-live="polite">${said}</div>
</div>`
}
