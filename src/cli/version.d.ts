/** The product's version, put in by the bundler from `package.json`. */
declare const __PRECEPTOR_VERSION__: string;
