import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const css = readFileSync(new URL('../../src/http/page/page.css', import.meta.url), 'utf8')
const colours = (block: string) =>
  Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]))
const [light = '', dark = ''] = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) => block)

/** Text on what it stands on, and what is drawn on its card. */
const texts = [
  ...['page', 'card', 'field', 'busy-tint', 'bad-tint'].flatMap((ground) => [
    ['ink', ground],
    ['soft', ground],
  ]),
  ...['card', 'page'].flatMap((ground) => [
    ['link', ground],
    ['bad', ground],
    ['busy', ground],
  ]),
  ...['good', 'busy', 'bad'].map((tone) => [tone, `${tone}-tint`]),
  ['button-ink', 'button'],
]
const drawings = ['refreshes', 'deliveries', 'missed', 'bad'].map((name) => [name, 'card'])

test.each([
  ['light', colours(light)],
  ['dark', { ...colours(light), ...colours(dark) }],
])('what is written or drawn in the %s scheme can be read (WCAG AA)', (_, scheme) => {
  const poor = (pairs: string[][], least: number) =>
    pairs.filter(([one = '', other = '']) => !(contrast(scheme[one], scheme[other]) >= least))
  expect(poor(texts, 4.5)).toEqual([])
  expect(poor(drawings, 3)).toEqual([])
})

function contrast(one = '', other = ''): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
