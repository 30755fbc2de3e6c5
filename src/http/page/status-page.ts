import type { Status } from '../../status/shape.ts'
import { day } from './day.ts'
import { document } from './document.ts'
import { html } from './html.ts'
import { jobs } from './jobs.ts'
import { deliveries, queue } from './queue.ts'
import { problems, repositories } from './repositories.ts'
import { databaseCard, giteaCard } from './surroundings.ts'
import { title, verdict } from './verdict.ts'
import { warming } from './warming.ts'

/** The page of how we are doing; `signedIn`: with a session, which can be ended. */
export function statusPage(status: Status, { signedIn }: { signedIn: boolean }): string {
  const out = signedIn && html`<form method="post" action="sign-out"><button class="small">Sign out</button></form>`
  const bar = html`<p class="version">${status.version}</p>${out}`
  const main = html`${verdict(status)}
${warming(status)}
<div class="pair wide">${jobs(status)}<div class="stack">${queue(status)}${deliveries(status)}</div></div>
${day(status)}
${repositories(status)}
${problems(status)}
<div class="pair">${giteaCard(status)}${databaseCard(status)}</div>`
  return document({ title: title(status), level: status.verdict.level, script: true }, bar, main)
}
