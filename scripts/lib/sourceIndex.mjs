// What the syntax of the sources says, without types: where functions are called and fields are written.
import ts from "typescript";

/** Calls, writes and pushes of files by name. */
export class SourceIndex {
  #calls = new Map();
  #writes = new Map();
  #pushes = new Map();
  /** Object literals that take over fields of other objects. */
  spreads = [];

  constructor(files) {
    for (const file of files) this.#visit(file);
  }

  /** Calls of functions of this name; those of constructors are under `new`. */
  calls(name) {
    return this.#calls.get(name) ?? [];
  }

  allCalls() {
    return [...this.#calls.values()].flat();
  }

  /** Properties of this name in object literals. */
  writes(name) {
    return this.#writes.get(name) ?? [];
  }

  /** Calls of `push` on a variable or a field of this name. */
  pushes(name) {
    return this.#pushes.get(name) ?? [];
  }

  #visit(node) {
    if (ts.isNewExpression(node)) add(this.#calls, "new", node);
    if (ts.isCallExpression(node)) {
      const callee = node.expression;
      const name = callee.kind === ts.SyntaxKind.SuperKeyword ? "new" : lastName(callee);
      if (name !== null) add(this.#calls, name, node);
      if (name === "push" && ts.isPropertyAccessExpression(callee))
        add(this.#pushes, lastName(callee.expression), node);
    }
    if (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node))
      add(this.#writes, nameText(node.name), node);
    if (ts.isObjectLiteralExpression(node) && node.properties.some(ts.isSpreadAssignment)) this.spreads.push(node);
    ts.forEachChild(node, (child) => this.#visit(child));
  }
}

/** Methods of lists that hand each element to a function. */
export const listMethods = new Set(["map", "flatMap", "filter", "find", "forEach", "some", "every"]);

export function innerOf(node) {
  if (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isAwaitExpression(node)
  )
    return node.expression;
  return null;
}

export function unwrapped(node) {
  const inner = innerOf(node);
  return inner === null ? node : unwrapped(inner);
}

export function valueNode(node) {
  if (ts.isPropertyAssignment(node)) return node.initializer;
  if (ts.isShorthandPropertyAssignment(node)) return node.name;
  return null;
}

export function nameText(name) {
  return ts.isIdentifier(name) ||
    ts.isStringLiteralLike(name) ||
    ts.isPrivateIdentifier(name) ||
    ts.isNumericLiteral(name)
    ? name.text
    : null;
}

/** The name that stands last in `a.b` or `b`. */
function lastName(node) {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  return ts.isIdentifier(node) ? node.text : null;
}

function add(map, name, node) {
  if (!map.has(name)) map.set(name, []);
  map.get(name).push(node);
}

export function functionName(fn) {
  if (fn.name !== undefined) return nameText(fn.name);
  const { parent } = fn;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return parent.name.text;
  if (ts.isPropertyAssignment(parent)) return nameText(parent.name);
  return null;
}

export function bodyOf(node) {
  return ts.isFunctionLike(node) && node.body !== undefined ? node : null;
}

/** What a function returns, without what functions in it return. */
export function returnsOf(fn) {
  if (!ts.isBlock(fn.body)) return [fn.body];
  const found = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node)) return;
    if (ts.isReturnStatement(node) && node.expression !== undefined) found.push(node.expression);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(fn.body, visit);
  return found;
}

export function isForeign(declaration) {
  return /node_modules/u.test(declaration.getSourceFile().fileName);
}

/** In the place of a value that is not there, an empty text is no form of its own. */
export function isEmptyText(node) {
  return ts.isStringLiteralLike(node) && node.text === "";
}

export function hasFallback({ initializer }) {
  return initializer !== undefined && !isEmptyText(initializer);
}
