// Keeps the page fresh: the same page is fetched again, and what differs is changed in place, so that focus and scroll
// stay. Without this script everything works by hand.
const everyMs = 4000
const patienceMs = 10_000
const notice = document.getElementById('notice')
let timer
let latest = 0
let freshAt = new Date()

async function look(url = './', options = {}) {
  clearTimeout(timer)
  const mine = ++latest
  try {
    const answer = await fetch(url, { ...options, signal: AbortSignal.timeout(patienceMs) })
    const text = await answer.text()
    if (mine !== latest) return
    if (answer.redirected && answer.url.endsWith('/sign-in')) return location.assign('sign-in')
    if (!answer.ok) throw new Error(`the daemon answered ${answer.status}`)
    show(new DOMParser().parseFromString(text, 'text/html'))
    freshAt = new Date()
    say('')
  } catch (error) {
    if (mine === latest) say(`Not refreshed since ${clock(freshAt)}: ${reason(error)}. Trying again.`)
  }
  if (mine === latest && !document.hidden) timer = setTimeout(look, everyMs)
}

function show(fresh) {
  const style = (page) => page.querySelector('link[rel=stylesheet]').getAttribute('href')
  // Another version of the daemon answers: its page needs its own style and script.
  if (style(fresh) !== style(document)) return location.reload()
  const focused = document.activeElement?.id
  document.title = fresh.title
  renew(document.getElementById('icon'), fresh.getElementById('icon'))
  renew(document.querySelector('main'), fresh.querySelector('main'))
  if (focused && document.activeElement?.id !== focused)
    document.getElementById(focused)?.focus({ preventScroll: true })
}

function renew(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data
    return
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name)
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value)
  renewChildren(old, fresh)
}

function renewChildren(old, fresh) {
  const kept = new Set([...fresh.children].map(({ id }) => id))
  for (const child of [...old.children]) if (child.id && !kept.has(child.id)) child.remove()
  const named = new Map([...old.children].filter(({ id }) => id).map((child) => [child.id, child]))
  let at = old.firstChild
  for (const child of [...fresh.childNodes]) {
    const same = child.id ? named.get(child.id) : at && !at.id && at.nodeName === child.nodeName ? at : undefined
    if (same === at && at) at = at.nextSibling
    else old.insertBefore(same ?? child, at)
    if (same) renew(same, child)
  }
  while (at) {
    const next = at.nextSibling
    at.remove()
    at = next
  }
}

function say(words) {
  if (notice.textContent === words) return
  notice.textContent = words
  notice.hidden = words === ''
}

function reason(error) {
  if (error.name === 'TimeoutError') return 'no answer came'
  return error instanceof TypeError ? 'the daemon cannot be reached' : error.message
}

function clock(time) {
  return `${time.toISOString().slice(11, 19)} UTC`
}

document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.getAttribute('action') === 'sign-out') return
  event.preventDefault()
  if (event.submitter?.getAttribute('aria-disabled') === 'true') return
  look(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) })
})
document.addEventListener('visibilitychange', () => (document.hidden ? clearTimeout(timer) : look()))
document.documentElement.classList.add('fresh')
if (!document.hidden) timer = setTimeout(look, everyMs)
