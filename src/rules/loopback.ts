const names = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]|::1|::ffff:127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/i

/** Whether that address, or that name of a host without its port, is this machine and nothing else. */
export function isLoopback(host: string): boolean {
  return names.test(host)
}
