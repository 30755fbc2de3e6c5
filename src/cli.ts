#!/usr/bin/env node
// Nothing is imported before this check: better-sqlite3 13 ends an older Node without a word.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `rfcached needs Node 22.19 or newer, and this is Node ${process.versions.node}. In a clone, start it with \`npm run rfcached -- …\`, which brings its own.\n`,
  )
  process.exit(2)
}

const { runProgram } = await import('./commands/program.ts')
process.exitCode = await runProgram(process.argv)

export {}
