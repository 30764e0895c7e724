// What names and calls of the sources stand for.
import ts from "typescript";
import { bodyOf, functionName, isForeign } from "./sourceIndex.mjs";

export class SourceNames {
  #checker;
  #index;
  #callees = new Map();

  constructor(checker, index) {
    this.#checker = checker;
    this.#index = index;
  }

  /** Where what a name stands for is declared. */
  declared(node) {
    const { parent } = node;
    // `{ remedy }` is the field and the variable.
    if (ts.isShorthandPropertyAssignment(parent))
      return this.target(this.#checker.getShorthandAssignmentValueSymbol(parent));
    return this.target(this.#checker.getSymbolAtLocation(node));
  }

  /** The declaration of a symbol, also of an imported one; null where there is none. */
  target(symbol) {
    if (symbol === undefined) return null;
    const target = (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : this.#checker.getAliasedSymbol(symbol);
    return target.valueDeclaration ?? target.declarations?.[0] ?? null;
  }

  /** Every call of a function, or of a constructor. */
  callsOf(fn) {
    const isConstructor = ts.isConstructorDeclaration(fn);
    const name = isConstructor ? "new" : functionName(fn);
    if (name === null) return [];
    const context =
      ts.isArrowFunction(fn) || ts.isFunctionExpression(fn) ? this.#checker.getContextualType(fn) : undefined;
    const asked = context?.getCallSignatures()[0]?.declaration;
    // A function with a type of its own may be called by other names where it is handed on.
    const calls = asked === undefined ? this.#index.calls(name) : this.#index.allCalls();
    return calls.filter((call) => {
      const called = this.called(call);
      return (
        called !== null &&
        (called === fn || called === asked || (called.symbol !== undefined && called.symbol === fn.symbol))
      );
    });
  }

  /** The function that a call calls, without a choice among overloads, which takes long; null where nothing says it. */
  called(call) {
    if (!this.#callees.has(call)) this.#callees.set(call, this.#calleeOf(call));
    return this.#callees.get(call);
  }

  #calleeOf(call) {
    const callee = call.expression;
    if (callee.kind === ts.SyntaxKind.SuperKeyword)
      return this.#constructorOf(this.#baseOf(ts.findAncestor(call, ts.isClassLike)));
    const name = ts.isPropertyAccessExpression(callee) ? callee.name : callee;
    const declaration = ts.isIdentifier(name) || ts.isPrivateIdentifier(name) ? this.declared(name) : null;
    if (declaration === null) return null;
    if (ts.isNewExpression(call)) return ts.isClassLike(declaration) ? this.#constructorOf(declaration) : null;
    if (ts.isFunctionLike(declaration)) return declaration;
    if (
      ts.isVariableDeclaration(declaration) &&
      declaration.initializer !== undefined &&
      ts.isFunctionLike(declaration.initializer)
    )
      return declaration.initializer;
    if (isForeign(declaration)) return null;
    return this.#checker.getTypeAtLocation(callee).getCallSignatures()[0]?.declaration ?? null;
  }

  #constructorOf(type) {
    if (type === null) return null;
    return (
      type.members.find((one) => ts.isConstructorDeclaration(one) && one.body !== undefined) ??
      this.#constructorOf(this.#baseOf(type))
    );
  }

  #baseOf(type) {
    const [base] = type?.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types ?? [];
    const declaration = base === undefined ? null : this.declared(base.expression);
    return declaration !== null && ts.isClassLike(declaration) ? declaration : null;
  }

  /** The function with a body of several that are declared as one. */
  implementation(declaration) {
    const found = (declaration.symbol?.declarations ?? []).find((one) => bodyOf(one) !== null);
    return found ?? null;
  }
}
