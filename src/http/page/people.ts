import type { RouteShorthandOptions } from 'fastify'

/** The API's description leaves out what is for people. */
export const forPeople = { schema: { hide: true } } satisfies RouteShorthandOptions

/** What a person needs before the sign-in. */
export const forEverybody = { ...forPeople, config: { access: 'open' } } satisfies RouteShorthandOptions
