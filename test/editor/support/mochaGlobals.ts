// Suites import `describe` and the rest from "mocha"; their bundles find the instance of the runner here instead.
import type * as mocha from "mocha";

const globals = globalThis as typeof globalThis & typeof mocha;

export const { after, afterEach, before, beforeEach, describe, it } = globals;
