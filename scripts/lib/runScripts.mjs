// Bundles TypeScript scripts of a folder and runs them one after another: `npm run soak [NAME…]`, `npm run bench [NAME…]`.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { build as bundle } from "esbuild";
import { bundleOptions, requireBanner } from "./bundle.mjs";
import { build, root } from "./prepare.mjs";

export async function runScripts(folder, wanted) {
  build();
  const names = readdirSync(`${root}scripts/${folder}`)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -3))
    .filter((name) => wanted.length === 0 || wanted.includes(name));
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0 || names.length === 0) {
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
    const { status } = spawnSync(process.execPath, [outfile], { cwd: root, stdio: "inherit" });
    if (status !== 0) failed += 1;
  }
  process.exit(failed === 0 ? 0 : 1);
}
