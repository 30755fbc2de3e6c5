import { lasting } from '../../status/words.ts'
import { type Html, html, type Part } from './html.ts'
import { counted } from './words.ts'

/** How something is, beside the word for it; never said by colour alone. */
export type Tone = 'good' | 'busy' | 'bad' | 'quiet'

/** A state in a word. */
export function pill(tone: Tone, word: string): Html {
  return html`<span class="pill ${tone}">${word}</span>`
}

/** A part of the page under its heading. */
export function section(id: string, title: string, body: Part, beside: Part = null): Html {
  return html`<section id="${id}" class="card" aria-labelledby="${id}-title">
<div class="head"><h2 id="${id}-title">${title}</h2>${beside}</div>
${body}
</section>`
}

/** Names and what they are. */
export function facts(pairs: [string, Part][]): Html {
  return html`<dl class="facts">${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

/** The page is fetched every few seconds: of a list that may be very long, the rest is counted. */
const mostLines = 50

/** A list of things that are wrong; of very many the first ones, and what shows all. */
export function wrongs(lines: Html[]): Html {
  const rest = lines.length - mostLines
  const more =
    rest > 0 && html`<p class="none">and ${counted(rest)} more: <code>rfcached status --json</code> lists all</p>`
  return html`<ul class="lines">${lines.slice(0, mostLines)}</ul>${more}`
}

/** How far something is, drawn and in words; what has no total yet is only drawn as busy. */
export function progress(of: string, far: Far): Html {
  const { done, total } = far
  const isKnown = total > 1
  const amount = isKnown && html` max="${total}" value="${Math.min(done, total)}"`
  return html`<div class="progress"><progress aria-label="${of}"${amount}></progress><p>${pace(far, isKnown)}</p></div>`
}

export type Far = { phase: string | null; done: number; total: number; rate: number | null; eta_seconds: number | null }

function pace({ phase, done, total, rate, eta_seconds }: Far, isKnown: boolean): string {
  const words = [
    phase ?? '',
    isKnown ? `${counted(done)} of ${counted(total)}` : '',
    isKnown && rate !== null ? `${counted(Number(rate.toPrecision(2)))} a second` : '',
    isKnown && eta_seconds !== null && done < total ? `${lasting(eta_seconds)} to go` : '',
  ]
  return words.filter((word) => word !== '').join(' · ') || 'begins in a moment'
}

/** A table that narrow screens show as a list of cards; each cell names its column. */
export function table(caption: string, columns: string[], rows: Part[][]): Html {
  return html`<table role="table"><caption class="unseen">${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map((cells) => row(columns, cells))}</tbody></table>`
}

function row(columns: string[], cells: Part[]): Html {
  const cell = (part: Part, index: number) =>
    html`<td role="cell" data-column="${columns[index]}">${part === null || part === false || part === '' ? html`<span class="none">–</span>` : part}</td>`
  return html`<tr role="row">${cells.map(cell)}</tr>`
}
