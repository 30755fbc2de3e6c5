import { document } from './document.ts'
import { html } from './html.ts'

const forWhom = 'The status of rfcached is for those who have its API token.'

/** The form that asks for the API token: what was wrong with the last answer, and why it asks. */
export function signInPage(wrong: string | null = null, why = forWhom): string {
  const main = html`<section class="card sign-in" aria-labelledby="sign-in-title">
<h1 id="sign-in-title">Sign in</h1>
<p>${why}</p>
<form method="post" action="sign-in">
<label for="token">API token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus${wrong !== null && html` aria-invalid="true" aria-describedby="wrong"`}>
${wrong !== null && html`<p id="wrong" class="message" role="alert">${wrong}</p>`}
<button>Sign in</button>
</form>
</section>`
  return document({ title: 'Sign in', level: 'ok', script: false }, null, main)
}
