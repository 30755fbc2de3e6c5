#!/usr/bin/env node
// Nothing is imported before this check: better-sqlite3 13 ends an older Node without a word, and Node 22 knows no `using`.
const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 24) {
  process.stderr.write(
    `rfcached needs Node 24 or newer, and this is Node ${process.versions.node}. In a clone, start it with \`npm run rfcached -- …\`, which brings its own.\n`,
  )
  process.exit(2)
}

const { runProgram } = await import('./commands/program.ts')
process.exitCode = await runProgram(process.argv)

export {}
