// `npm run l10n`: writes l10n/bundle.l10n.json, the texts that translators begin with. A test fails when it is stale.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { localizedBundle } from "./lib/localized.mjs";
import { root } from "./lib/prepare.mjs";

writeFileSync(join(root, "l10n", "bundle.l10n.json"), localizedBundle());
