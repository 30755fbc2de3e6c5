/** How a command ended: 0 done, 1 failed, 2 usage or configuration, 3 done with warnings or drift found. */
export type ExitCode = 0 | 1 | 2 | 3

/** What every command takes. */
export type CommonOptions = { config: string; json: boolean }
