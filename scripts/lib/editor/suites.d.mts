/**
 * Bundles the in-host suites whose path below test/editor/host contains a word into a folder, each as `PATH.suite.cjs`, and
 * returns how many there are.
 */
export function bundleSuites(folder: string, word?: string): Promise<number>;
