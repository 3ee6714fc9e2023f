// Compiles the specs to plain JavaScript and hands them to Node's own test runner: no test framework to install.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(web, ".build", "test");
rmSync(out, { recursive: true, force: true });

const run = (args) => spawnSync(process.execPath, args, { cwd: web, stdio: "inherit" }).status ?? 1;

const compiled = run([join("node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.test.json"]);
if (compiled !== 0) process.exit(compiled);

const specs = readdirSync(join(out, "test")).filter((name) => name.endsWith(".test.js")).map((name) => join(out, "test", name));
process.exit(run(["--enable-source-maps", "--test", "--test-reporter=spec", ...specs]));
