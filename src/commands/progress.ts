import { Presets, SingleBar } from 'cli-progress'
import { complain } from './print.ts'

const lineEveryMs = 3000

/** A progress bar on a terminal, a line every few seconds elsewhere, both on standard error; `quiet` shows nothing. */
export function showProgress(quiet: boolean) {
  if (quiet) return { show: () => {}, stop: () => {} }
  return process.stderr.isTTY ? bar() : lines()
}

function bar() {
  const shown = new SingleBar(
    {
      format: '{bar} {percentage}% | {phase} {value}/{total}',
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
    },
    Presets.shades_classic,
  )
  let started = false
  return {
    show: (phase: string, done: number, total: number) => {
      if (!started) shown.start(total, done, { phase })
      started = true
      shown.setTotal(total)
      shown.update(done, { phase })
    },
    stop: () => shown.stop(),
  }
}

function lines() {
  let phase = ''
  let saidAt = 0
  return {
    show: (now: string, done: number, total: number) => {
      if (now === phase && Date.now() - saidAt < lineEveryMs) return
      phase = now
      saidAt = Date.now()
      complain(`reading ${phase}${total > 1 ? `: ${done} of ${total}` : ''}\n`)
    },
    stop: () => {},
  }
}
