import type { Status } from '../../status/shape.ts'
import { assets } from './assets.ts'
import { type Html, html, type Part } from './html.ts'

/** A whole document around its main part; addresses are relative, so that a proxy may put it under a path. */
export function document(
  about: { title: string; level: Status['verdict']['level']; script: boolean },
  bar: Part,
  main: Html,
): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${about.title} · rfcached</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" id="icon" href="${assets.icon(about.level)}">
<link rel="stylesheet" href="${assets.style}">
${about.script && html`<script src="${assets.script}" defer></script>`}
</head>
<body>
<header><p class="name">rfcached</p>${bar}</header>
<p id="notice" role="status" hidden></p>
<main>
${main}
</main>
</body>
</html>
`.toString()
}
