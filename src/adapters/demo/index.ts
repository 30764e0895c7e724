/** The demo project: made by the command line and by the editor alike. */
export { demoConfiguration, prepareDemo } from "./prepareDemo.js";
