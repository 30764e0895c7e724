/** The demo project: made by the command line and by the editor alike. */
export { demoConfiguration, isDemo, prepareDemo } from "./prepareDemo.js";
