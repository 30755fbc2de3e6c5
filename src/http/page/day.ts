import type { Status } from '../../status/shape.ts'
import { type Html, html } from './html.ts'
import { section } from './parts.ts'
import { counted } from './words.ts'

type Quarter = Status['day'][number]
/** What a lane counts, and what of it went wrong. */
type Lane = {
  id: string
  name: string
  good: (quarter: Quarter) => number
  bad?: [string, (quarter: Quarter) => number]
  height: number
}

const lanes: Lane[] = [
  {
    id: 'refreshes',
    name: 'Refreshes',
    good: (q) => q.refreshes - q.failures,
    bad: ['failed', (q) => q.failures],
    height: 56,
  },
  { id: 'deliveries', name: 'Deliveries', good: (q) => q.deliveries, bad: ['refused', (q) => q.refused], height: 56 },
  { id: 'missed', name: 'Missed webhooks', good: (q) => q.missed, height: 28 },
]
const step = 10
const barWidth = 7

/** The last day in quarters of an hour: a lane each for refreshes, deliveries and missed webhooks. */
export function day({ day: quarters }: Status): Html {
  return section(
    'day',
    'The last 24 hours',
    html`<div class="day">${lanes.map((lane) => drawn(lane, quarters))}${axis(quarters)}</div>`,
  )
}

function drawn({ id, name, good, bad, height }: Lane, quarters: Quarter[]): Html {
  const [badName, wrong] = bad ?? ['', () => 0]
  // What failed is counted beside what went well, so that the bar is all that was tried.
  const most = Math.max(1, ...quarters.map((quarter) => good(quarter) + wrong(quarter)))
  const high = (count: number) => Math.round((count / most) * height * 10) / 10
  const sum = (of: (quarter: Quarter) => number) => quarters.reduce((total, quarter) => total + of(quarter), 0)
  const bars = quarters.map((quarter, index) => {
    const [well, ill] = [good(quarter), wrong(quarter)]
    if (well + ill === 0) return null
    const bar = (kind: string, top: number, tall: number) =>
      tall > 0 &&
      html`<rect class="${kind}" x="${index * step + 1}" y="${(height - top - tall).toFixed(1)}" width="${barWidth}" height="${tall.toFixed(1)}"/>`
    const said = `${quarter.at.slice(11, 16)} UTC: ${counted(well)}${ill > 0 ? `, ${counted(ill)} ${badName}` : ''}`
    return html`<g><title>${said}</title>${bar(id, 0, high(well))}${bar('wrong', high(well), high(ill))}</g>`
  })
  const words = `${name}: ${counted(sum(good))}${sum(wrong) > 0 ? `, ${counted(sum(wrong))} ${badName}` : ''} in the last 24 hours; at most ${counted(sum(good) + sum(wrong) === 0 ? 0 : most)} in a quarter of an hour.`
  return html`<figure><figcaption><span class="swatch ${id}"></span>${name} <b>${counted(sum(good))}</b>${sum(wrong) > 0 && html` <span class="swatch wrong"></span>${badName} <b>${counted(sum(wrong))}</b>`}</figcaption>
<svg viewBox="0 0 ${quarters.length * step} ${height}" height="${height}" preserveAspectRatio="none" role="img" aria-labelledby="${id}-is ${id}-says"><title id="${id}-is">${name}</title><desc id="${id}-says">${words}</desc><line class="floor" x1="0" x2="${quarters.length * step}" y1="${height}" y2="${height}"/>${bars}</svg></figure>`
}

/** The times under the lanes, every six hours. */
function axis(quarters: Quarter[]): Html {
  const marks = [0, 24, 48, 72].map((index) => html`<span>${quarters[index]?.at.slice(11, 16)}</span>`)
  return html`<p class="axis" aria-hidden="true">${marks}<span>now</span></p>`
}
