"use strict";
// Stands in for the native module of the same name in the tests' editor.
exports.start = () => undefined;
exports.exit = (code) => process.exit(code ?? 0);
