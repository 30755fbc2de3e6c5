import { styleText } from 'node:util'
import { readConfig } from '../config.ts'
import type { CommonOptions, ExitCode } from './command.ts'
import { examination, type Finding } from './doctor/checks.ts'
import { openPatient } from './doctor/patient.ts'
import { print } from './print.ts'
import { textWidth, wrapped } from './text.ts'

const marks = { ok: '✓', note: '·', warning: '!', failed: '✗', skipped: '–' } as const
const colours = { ok: 'green', note: 'reset', warning: 'yellow', failed: 'red', skipped: 'dim' } as const
const indent = ' '.repeat(18)

/** `rfcached doctor`: looks at everything rfcached depends on and says of each failure what to do. It changes nothing. */
export async function examine({ config: path, json }: CommonOptions): Promise<ExitCode> {
  const config = readConfig(path)
  await using patient = openPatient(config, path, process.env)
  const findings: Finding[] = []
  for await (const finding of examination(patient)) {
    findings.push(finding)
    if (!json) print(`${textOf(finding)}\n`)
  }
  const { code, status, words } = conclusion(findings)
  print(json ? `${JSON.stringify({ status, checks: findings })}\n` : `\n${words}\n`)
  return code
}

function textOf({ check, status, message, hint }: Finding): string {
  const mark = styleText(colours[status], marks[status], { stream: process.stdout })
  const said = `${mark} ${check.padEnd(indent.length - 2)}${wrapped(message, textWidth(), indent)}`
  return hint ? `${said}\n${indent}→ ${wrapped(hint, textWidth(), `${indent}  `)}` : said
}

type Conclusion = { code: ExitCode; status: 'ok' | 'warnings' | 'failed'; words: string }

function conclusion(findings: Finding[]): Conclusion {
  const count = (status: Finding['status']) => findings.filter((finding) => finding.status === status).length
  const [failed, warnings] = [count('failed'), count('warning')]
  if (failed > 0)
    return {
      code: 1,
      status: 'failed',
      words: `rfcached cannot work yet: ${failed} of ${findings.length} checks failed.`,
    }
  if (warnings > 0)
    return {
      code: 3,
      status: 'warnings',
      words: `rfcached can work; ${warnings === 1 ? 'one thing deserves' : `${warnings} things deserve`} a look.`,
    }
  return { code: 0, status: 'ok', words: 'All is well.' }
}
