// Writes NAME.gz and NAME.br beside what compresses, and fails when a first load is too large. Puts the
// demo's client, which the page Try it has run, where the daemon looks for it.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const FIRST_LOAD_BYTES_MAX = 400_000;
const out = process.env.BOREALIS_CONSOLE_OUT ?? "../build/release/share/borealis/console";

function* files(directory) {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (/\.(js|css|html|svg|json)$/.test(name)) yield path;
  }
}

const demo = join(out, "../demo");
mkdirSync(demo, { recursive: true });
for (const name of ["insert_test.py", "client_node.py", "preparation.py"]) copyFileSync(`../demo/${name}`, join(demo, name));

const first = readFileSync(join(out, "index.html"), "utf8");
let firstLoad = 0;
for (const path of files(out)) {
  const bytes = readFileSync(path);
  const gzip = gzipSync(bytes, { level: 9 });
  writeFileSync(`${path}.gz`, gzip);
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
  const name = path.slice(out.length);
  if (name === "/index.html" || first.includes(name)) firstLoad += gzip.length;
}
console.log(`first load: ${(firstLoad / 1000).toFixed(0)} kB, gzip`);
if (firstLoad > FIRST_LOAD_BYTES_MAX) {
  console.error(`console: the first load is above ${FIRST_LOAD_BYTES_MAX / 1000} kB`);
  process.exit(1);
}
