import { execFile } from 'node:child_process'

type Environment = Record<string, string | undefined>

/** Sends one notification, given as the arguments of systemd-notify. */
export type Notify = (words: string[]) => void

export type SystemdNotifier = {
  ready(): void
  stopping(): void
  /** One line about how we are doing, for `systemctl status`. */
  status(text: string): void
  /** How often `alive` must be said: half of the unit's WatchdogSec; null where nobody watches. */
  watchdogMs: number | null
  alive(): void
}

/** Tells systemd how we are doing, where it asked to be told (Type=notify); elsewhere nothing is said. */
export function systemdNotifier(environment: Environment, notify: Notify = runNotify(environment)): SystemdNotifier {
  const say: Notify = environment.NOTIFY_SOCKET ? notify : () => {}
  const watched = Number(environment.NOTIFY_SOCKET && environment.WATCHDOG_USEC)
  return {
    ready: () => say(['--ready']),
    stopping: () => say(['STOPPING=1']),
    status: (text) => say([`STATUS=${text.replace(/\s+/g, ' ')}`]),
    watchdogMs: watched > 0 ? Math.max(1, Math.floor(watched / 2000)) : null,
    alive: () => say(['WATCHDOG=1']),
  }
}

/**
 * Node opens no datagram sockets of the Unix kind, so the message goes by systemd-notify (8 ms, beside our work); the unit must
 * say NotifyAccess=all for it. It is given the socket's name and nothing else of our environment, which may hold secrets.
 */
function runNotify({ NOTIFY_SOCKET, PATH }: Environment): Notify {
  return (words) => {
    execFile('systemd-notify', words, { env: { NOTIFY_SOCKET, PATH } }, (error) => {
      if (error) process.emitWarning(`systemd was not told ${words[0]}, and may end us: ${error.message.trim()}`)
    })
  }
}
