// Bundles TypeScript scripts of a folder and runs them one after another: `npm run soak [NAME…]`, `npm run bench [NAME…]`.
// After a single name, further words are arguments of that script: `npm run soak verdicts ldb`.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { build as bundle } from "esbuild";
import { bundleOptions, requireBanner } from "./bundle.mjs";
import { build, root } from "./prepare.mjs";

export async function runScripts(folder, words) {
  build();
  const known = readdirSync(`${root}scripts/${folder}`)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -3));
  const names = words.length === 0 ? known : words.filter((word) => known.includes(word));
  const unknown = words.filter((word) => !known.includes(word));
  if (names.length === 0 || (unknown.length > 0 && names.length > 1)) {
    console.error(`No such script in scripts/${folder}: ${unknown.join(", ")}`);
    process.exit(2);
  }
  // Beside the command line's bundle, so that data copied there is found in the same place.
  mkdirSync(`${root}dist`, { recursive: true });
  let failed = 0;
  for (const name of names) {
    const outfile = `${root}dist/${folder}-${name}.js`;
    await bundle({
      ...bundleOptions,
      entryPoints: [`${root}scripts/${folder}/${name}.ts`],
      outfile,
      banner: { js: requireBanner },
    });
    console.error(`— ${folder} ${name}`);
    const { status } = spawnSync(process.execPath, [outfile, ...unknown], { cwd: root, stdio: "inherit" });
    if (status !== 0) failed += 1;
  }
  process.exit(failed === 0 ? 0 : 1);
}
