// A process that does something alone with a file; says whether what it locked is what others would look at.
import { existsSync } from 'node:fs'
import { alone } from '../../src/store/alone.ts'

const [, , file = ''] = process.argv
alone(file, () => process.send?.({ isLocked: existsSync(`${file}-mending`) }))
