'use strict';
// Drives the verify-delta tool over many tables and versions in one process.
// usage: node verify-steps.js <verify-delta.js> <manifest.jsonl>      (VERIFY_NODE_MODULES names the tool's packages)
// A manifest line: {"path": table, "versions": [{"version": n, "sha256": of the canonical rows, "step": what was done}]}
// Prints a line per disagreement and ends with {"tables": n, "versions": n, "bad": n}; exit code 1 if there is one.
const fs = require('fs'), path = require('path'), Module = require('module');

const file = path.resolve(process.argv[2]);
const tool = new Module(file, module);
tool.filename = file;
tool.paths = Module._nodeModulePaths(path.dirname(file));
tool._compile(fs.readFileSync(file, 'utf8').replace(/^#!.*/, '') + '\nmodule.exports.lint = lint;', file);
const { Duck, duckRead, chRead, lint, sha, msg } = tool.exports;

async function check(duck, root, expected) {
  const problems = [];
  const d = await duckRead(duck, root, expected.version);
  if (sha(d.lines) !== expected.sha256) problems.push(`rows differ: ${d.lines.length} lines, first ${d.lines[0]}`);
  const c = chRead(root, d.snap.schema, expected.version);
  if (sha(d.lines) !== sha(c.lines) && sha(d.loose) !== sha(c.loose)) {
    const there = new Set(c.loose);
    problems.push(`the two readers differ: ${d.lines.length} and ${c.count} lines, first ${d.loose.find(l => !there.has(l))}`);
  }
  const l = await lint(duck, root, d.snap);
  if (l.problems) problems.push(`lint: ${l.first.join('; ')}`);
  return problems;
}

(async () => {
  const duck = await Duck.open(), total = { tables: 0, versions: 0, bad: 0 };
  for (const line of fs.readFileSync(process.argv[3], 'utf8').split('\n').filter(Boolean)) {
    const table = JSON.parse(line);
    total.tables++;
    for (const expected of table.versions) {
      total.versions++;
      let problems;
      try { problems = await check(duck, table.path, expected); } catch (e) { problems = [msg(e)]; }
      if (problems.length) { total.bad++; console.log(`${table.path} version ${expected.version} (${expected.step}): ${problems.join(' | ')}`.slice(0, 1500)); }
    }
  }
  duck.close();
  console.log(JSON.stringify(total));
  process.exit(total.bad ? 1 : 0);
})();
