// `npm run l10n`: writes l10n/bundle.l10n.json, the texts that translators begin with, and l10n/engine.json, by which the
// editor knows texts of the engine again. A test fails when one of them is stale.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { localizedFiles } from "./lib/localized.mjs";
import { root } from "./lib/prepare.mjs";

for (const [name, text] of Object.entries(localizedFiles())) writeFileSync(join(root, "l10n", name), text);
