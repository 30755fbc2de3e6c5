// `npm run schema`: config.schema.json, by which editors know the options; a test holds the two together.
import { writeFileSync } from 'node:fs'
import { z } from 'zod'
import { configShape } from '../src/config.ts'

const schema = z.toJSONSchema(configShape, { io: 'input' })
writeFileSync(new URL('../config.schema.json', import.meta.url), `${JSON.stringify(schema, null, 2)}\n`)
