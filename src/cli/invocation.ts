import path from "node:path";

/** Where the person stands: `npm run demo` changes the folder and says in `INIT_CWD` where it was started. */
function standingPlace(): string {
  const { INIT_CWD: started, npm_lifecycle_event: script } = process.env;
  return script === "demo" && started !== undefined ? started : process.cwd();
}

/**
 * How the person who reads a hint would run this program from where they stand: `preceptor` where it is installed,
 * `npx preceptor` where npm runs it, else Node with the path of the bundle.
 */
export function programCall(
  script: string | undefined,
  standing: string = standingPlace(),
  npmCommand: string | undefined = process.env["npm_command"],
): string {
  if (script === undefined || path.basename(script) === "preceptor") {
    return npmCommand === "exec" ? "npx preceptor" : "preceptor";
  }
  return `node ${shellWord(shorter(script, standing))}`;
}

/** `args` with the program in front and the project behind, unless the person stands in it. */
export function commandLine(args: string, project: string): string {
  const folder = fromWhereYouStand(project);
  return `${programCall(process.argv[1])} ${args}${folder === "." ? "" : ` --project ${folder}`}`;
}

/** Faults name commands in backticks, as `preceptor resume run-1`; here they are what this person would type. */
export function withCommandLines(text: string, write: (args: string) => string): string {
  return text.replaceAll(/`preceptor ([^`\n]+)`/gu, (_whole, args: string) => `'${write(args)}'`);
}

/** A path as it is written where the person stands. */
export function fromWhereYouStand(file: string, standing: string = standingPlace()): string {
  return shellWord(shorter(path.resolve(file), standing));
}

function shorter(file: string, standing: string): string {
  const relative = path.relative(standing, file);
  return relative === "" ? "." : relative.length < file.length ? relative : file;
}

/** Quoted where a shell would split or expand it. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./~-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
