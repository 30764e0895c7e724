// Where a text of the sources comes from: an expression is followed backwards through variables, parameters, fields,
// tables and helpers to the literals that it is made of. Reads types, runs nothing.
import ts from "typescript";
import { SourceFields } from "./sourceFields.mjs";
import { distinct, isOpen, product } from "./sourceText.mjs";
import { SourceNames } from "./sourceNames.mjs";
import {
  SourceIndex,
  bodyOf,
  hasFallback,
  innerOf,
  isEmptyText,
  isForeign,
  listMethods,
  nameText,
  returnsOf,
  unwrapped,
  valueNode,
} from "./sourceIndex.mjs";

/** Most forms of a part of a sentence with which the sentence is written out. */
const mostInline = 6;

export class SourceFlow {
  #checker;
  #index;
  #names;
  #fields;
  #isEnd;
  #active = new Set();

  /**
   * `files` are searched for calls of functions and for what is written into fields. `isEnd` says of a property's name
   * and the type that it is read from that its texts are followed elsewhere.
   */
  constructor(program, files, isEnd) {
    this.#checker = program.getTypeChecker();
    this.#isEnd = isEnd;
    this.#index = new SourceIndex(files);
    this.#names = new SourceNames(this.#checker, this.#index);
    this.#fields = new SourceFields(this.#checker, this.#index, this.#names, isEnd);
  }

  /** All forms of the text that an expression can be. `bound` maps parameters to what is given in the call that is followed. */
  texts(node, bound = new Map()) {
    return this.#guarded(node, bound, "text", () => this.#texts(node, bound));
  }

  /** What an argument of a function can be, over all of its calls. */
  parameterTexts(parameter, bound = new Map()) {
    return this.#ofParameter(parameter, bound, (node, inner) => this.texts(node, inner));
  }

  /** What the elements of a list can be. */
  elements(node, bound = new Map()) {
    return this.#guarded(node, bound, "elements", () => this.#elements(node, bound));
  }

  /** What is written into a field, by its declaration; of a list, its elements. */
  written(declaration, asList = false) {
    return asList
      ? this.#fields.written(
          declaration,
          (node) => this.elements(node),
          (node) => this.#pushed(node, new Map()),
        )
      : this.#fields.written(declaration, (node) => this.texts(node));
  }

  /** What a function gives, or a list that it gives, by its declaration. */
  returned(declaration) {
    return returnsOf(declaration).flatMap((one) => this.texts(one));
  }

  /** Calls of functions and methods of this name. */
  callsNamed(name) {
    return this.#index.calls(name);
  }

  /** Every value that an object literal gives a property of this name. */
  valuesOf(name) {
    return this.#fields
      .writes(name)
      .map(valueNode)
      .filter((node) => node !== null);
  }

  #guarded(node, bound, what, run) {
    const key = `${what} ${node.getSourceFile().fileName} ${node.pos} ${node.end}`;
    // What comes from itself adds nothing.
    if (this.#active.has(key)) return [];
    this.#active.add(key);
    try {
      return distinct(run());
    } finally {
      this.#active.delete(key);
    }
  }

  #texts(node, bound) {
    if (ts.isStringLiteralLike(node)) return [[node.text]];
    if (ts.isTemplateExpression(node)) {
      const pieces = [[[node.head.text]]];
      for (const { expression, literal } of node.templateSpans)
        pieces.push(this.#filled(expression, bound), [[literal.text]]);
      return product(node, pieces);
    }
    if (ts.isConditionalExpression(node))
      return [node.whenTrue, node.whenFalse].flatMap((one) => this.texts(one, bound));
    if (ts.isBinaryExpression(node)) {
      const { operatorToken, left, right } = node;
      switch (operatorToken.kind) {
        case ts.SyntaxKind.QuestionQuestionToken:
        case ts.SyntaxKind.BarBarToken:
          return [left, right].filter((one) => !isEmptyText(one)).flatMap((one) => this.texts(one, bound));
        case ts.SyntaxKind.AmpersandAmpersandToken:
          return this.texts(right, bound);
        case ts.SyntaxKind.PlusToken:
          if (!this.#isNumber(node)) return product(node, [this.texts(left, bound), this.texts(right, bound)]);
      }
      return [[this.#hole(node)]];
    }
    const inner = innerOf(node);
    if (inner !== null) return this.texts(inner, bound);
    if (node.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(node) && node.text === "undefined")) return [];
    if (this.#isNumber(node)) return [[this.#hole(node)]];
    if (ts.isIdentifier(node)) return this.#ofIdentifier(node, bound);
    if (ts.isPropertyAccessExpression(node)) return this.#ofProperty(node);
    if (ts.isElementAccessExpression(node)) {
      const entries = this.#tableEntries(node.expression);
      return entries === null ? [[this.#hole(node)]] : entries.flatMap((entry) => this.texts(entry, new Map()));
    }
    if (ts.isCallExpression(node)) return this.#ofCall(node, bound, (one, inside) => this.texts(one, inside));
    return [[this.#hole(node)]];
  }

  /**
   * What is filled into a sentence: words become a part of it, in each of their forms; names and values are its
   * placeholders. Of many forms each is translated by itself.
   */
  #filled(node, bound) {
    const here = unwrapped(node);
    const forms = this.texts(node, bound);
    if (forms.length === 0) return [[this.#hole(node)]];
    if (ts.isConditionalExpression(here)) return forms;
    const words = forms.filter(
      (form) =>
        form.length === 0 || form.some((piece) => typeof piece === "string" && /^$|\p{L}.*\s|\s.*\p{L}/u.test(piece)),
    );
    if (words.length === forms.length && forms.length <= mostInline) return forms;
    if (words.length === 0) return [[this.#hole(node)]];
    if (words.length > mostInline) {
      this.onJoined?.(words);
      return [[this.#hole(node)]];
    }
    return [...words, [this.#hole(node)]];
  }

  #hole(node, foreign = false) {
    return { node, number: this.#isNumber(node), foreign };
  }

  #isNumber(node) {
    const flags = this.#checker.getTypeAtLocation(node).flags;
    return (flags & ts.TypeFlags.NumberLike) !== 0;
  }

  /** A name out of a list that the types know, such as that of a stage: it is the same in every language. */
  #isName(node) {
    const type = this.#checker.getNonNullableType(this.#checker.getTypeAtLocation(node));
    return type.isUnion() && type.types.every((one) => one.isStringLiteral());
  }

  #ofIdentifier(node, bound) {
    const declaration = this.#names.declared(node);
    if (declaration === null) return [[this.#hole(node)]];
    return this.#ofDeclaration(node, declaration, bound, (one, inside) => this.texts(one, inside));
  }

  #ofDeclaration(node, declaration, bound, read) {
    if (ts.isVariableDeclaration(declaration)) {
      if (declaration.initializer === undefined) {
        const loop = declaration.parent.parent;
        if (ts.isForOfStatement(loop)) return this.elements(loop.expression, bound);
        return [
          ...this.#assignments(declaration, bound, read),
          ...(ts.isCatchClause(declaration.parent) ? [[this.#hole(node, true)]] : []),
        ];
      }
      return [...read(declaration.initializer, bound), ...this.#assignments(declaration, bound, read)];
    }
    if (ts.isParameter(declaration)) {
      if (this.#isName(node)) return [[this.#hole(node)]];
      return this.#ofParameter(declaration, bound, read);
    }
    if (ts.isBindingElement(declaration)) return this.#ofBinding(node, declaration, bound, read);
    if (ts.isEnumMember(declaration)) return [[this.#hole(node)]];
    return [[this.#hole(node)]];
  }

  /** What is assigned to a variable after it was made. */
  #assignments(declaration, bound, read) {
    if ((ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0 || !ts.isIdentifier(declaration.name))
      return [];
    const name = declaration.name.text;
    const found = [];
    const visit = (node) => {
      if (
        ts.isBinaryExpression(node) &&
        node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
        ts.isIdentifier(node.left) &&
        node.left.text === name &&
        this.#names.declared(node.left) === declaration
      )
        found.push(...read(node.right, bound));
      ts.forEachChild(node, visit);
    };
    visit(declaration.getSourceFile());
    return found;
  }

  #ofBinding(node, element, bound, read) {
    const pattern = element.parent;
    const fallback = hasFallback(element) ? read(element.initializer, bound) : [];
    if (!ts.isObjectBindingPattern(pattern)) return [...fallback, [this.#hole(node)]];
    const name = nameText(element.propertyName ?? element.name);
    const holder = pattern.parent;
    // What is bound in a call that is followed: the field of the very object that is given there.
    const given = ts.isParameter(holder)
      ? bound.get(holder)
      : ts.isVariableDeclaration(holder) && holder.initializer
        ? { node: holder.initializer, bound }
        : undefined;
    if (given !== undefined && name !== null) {
      const exact = this.#fields.valueIn(given.node, name);
      if (exact !== null) return [...fallback, ...read(exact, given.bound)];
    }
    if (this.#isName(node)) return [[this.#hole(node)]];
    const symbol = name === null ? undefined : this.#checker.getTypeAtLocation(pattern).getProperty(name);
    return [...fallback, ...this.#ofField(node, symbol, this.#checker.getTypeAtLocation(pattern), read)];
  }

  #ofParameter(parameter, bound, read) {
    const given = bound.get(parameter);
    if (given !== undefined) return read(given.node, given.bound);
    const own = hasFallback(parameter) ? read(parameter.initializer, bound) : [];
    const fn = parameter.parent;
    const index = fn.parameters.indexOf(parameter);
    if (fn.parent !== undefined && ts.isCallExpression(fn.parent) && fn.parent.arguments.includes(fn)) {
      const receiver = ts.isPropertyAccessExpression(fn.parent.expression) ? fn.parent.expression : null;
      // `.map((one) => …)`: one is an element.
      if (receiver !== null && index === 0 && listMethods.has(receiver.name.text))
        return this.elements(receiver.expression, bound);
      return [...own, [this.#hole(parameter)]];
    }
    const found = [];
    for (const call of this.#names.callsOf(fn)) {
      const argument = this.#argument(call.arguments ?? [], index);
      if (argument === undefined) continue;
      if (ts.isSpreadElement(argument)) found.push([this.#hole(argument)]);
      else found.push(...read(argument, new Map()));
    }
    if (found.length === 0 && own.length === 0) return [[this.#hole(parameter)]];
    return [...own, ...found];
  }

  /** The argument at a place; a spread in which that place is, or after which no place is known. */
  #argument(given, index) {
    let place = 0;
    for (const argument of given) {
      if (!ts.isSpreadElement(argument)) {
        if (place === index) return argument;
        place += 1;
        continue;
      }
      const type = this.#checker.getTypeAtLocation(argument.expression);
      if (!this.#checker.isTupleType(type)) return argument;
      place += this.#checker.getTypeArguments(type).length;
      if (place > index) return argument;
    }
    return undefined;
  }

  #ofProperty(node) {
    if (this.#isName(node)) return [[this.#hole(node)]];
    const exact = this.#fields.exactValue(node);
    if (exact !== null) return this.texts(exact, new Map());
    const type = this.#checker.getTypeAtLocation(node.expression);
    const symbol = this.#checker.getSymbolAtLocation(node.name);
    return this.#ofField(node, symbol, type, (one, inside) => this.texts(one, inside));
  }

  #ofField(node, symbol, type, read) {
    if (symbol === undefined) return [[this.#hole(node)]];
    if (this.#isEnd(symbol.name, type)) return [[this.#hole(node, true)]];
    const declarations = symbol.declarations ?? [];
    if (declarations.length === 0) return [[this.#hole(node)]];
    return declarations.flatMap((declaration) => {
      if (isForeign(declaration)) return [[this.#hole(node, true)]];
      const found = this.#fields.written(declaration, (one) => read(one, new Map()));
      // What a schema has read is followed from where it was written.
      return found.length === 0 ? [[this.#hole(node, this.#fields.isSchema(declaration))]] : found;
    });
  }

  #pushed(argument, bound) {
    return ts.isSpreadElement(argument) ? this.elements(argument.expression, bound) : this.texts(argument, bound);
  }

  #tableEntries(node) {
    const inner = unwrapped(node);
    const declaration = ts.isIdentifier(inner) ? this.#names.declared(inner) : null;
    const made = declaration !== null && ts.isVariableDeclaration(declaration) ? declaration.initializer : inner;
    const table = made === undefined ? null : unwrapped(made);
    if (table === null) return null;
    if (ts.isArrayLiteralExpression(table)) return [...table.elements];
    if (!ts.isObjectLiteralExpression(table)) return null;
    return table.properties.map(valueNode).filter((one) => one !== null);
  }

  #ofCall(node, bound, read) {
    const callee = node.expression;
    if (ts.isPropertyAccessExpression(callee)) {
      const { name, expression } = callee;
      if (name.text === "trim" || name.text === "trimEnd") return read(expression, bound);
      if (name.text === "join") {
        // Each of the joined texts is translated by itself.
        this.onJoined?.(this.elements(expression, bound));
        return [[this.#hole(node, true)]];
      }
    }
    // What was caught is nobody's text of ours.
    if (ts.isIdentifier(callee) && callee.text === "String") return [[this.#hole(node, true)]];
    const declaration = this.#names.called(node);
    if (declaration === null || isForeign(declaration)) return [[this.#hole(node)]];
    const body = bodyOf(declaration) ?? this.#names.implementation(declaration);
    if (body === null) return [[this.#hole(node)]];
    const inside = new Map(bound);
    body.parameters.forEach((parameter, index) => {
      const argument = node.arguments[index];
      if (argument !== undefined && !ts.isSpreadElement(argument)) inside.set(parameter, { node: argument, bound });
    });
    return returnsOf(body).flatMap((one) => read(one, inside));
  }

  #elements(node, bound) {
    const one = unwrapped(node);
    if (ts.isArrayLiteralExpression(one)) return one.elements.flatMap((each) => this.#pushed(each, bound));
    if (ts.isConditionalExpression(one))
      return [one.whenTrue, one.whenFalse].flatMap((each) => this.elements(each, bound));
    if (ts.isBinaryExpression(one) && one.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken)
      return [one.left, one.right].flatMap((each) => this.elements(each, bound));
    if (ts.isIdentifier(one)) {
      const declaration = this.#names.declared(one);
      if (declaration === null) return [];
      const pushed = this.#index
        .pushes(one.text)
        .filter(
          ({ expression }) =>
            this.#names.target(this.#checker.getSymbolAtLocation(expression.expression)) === declaration,
        )
        .flatMap((push) => push.arguments.flatMap((argument) => this.#pushed(argument, bound)));
      return [
        ...pushed,
        ...this.#ofDeclaration(one, declaration, bound, (each, inside) => this.elements(each, inside)).filter(
          (text) => !isOpen(text),
        ),
      ];
    }
    if (ts.isPropertyAccessExpression(one)) {
      const declarations = this.#checker.getSymbolAtLocation(one.name)?.declarations ?? [];
      return declarations.flatMap((each) =>
        isForeign(each) ? [] : this.#fields.once(each, () => this.written(each, true)),
      );
    }
    if (ts.isCallExpression(one)) {
      const callee = one.expression;
      if (ts.isPropertyAccessExpression(callee)) {
        const [argument] = one.arguments;
        if (
          (callee.name.text === "map" || callee.name.text === "flatMap") &&
          argument !== undefined &&
          bodyOf(argument) !== null
        )
          return returnsOf(argument).flatMap((each) =>
            callee.name.text === "map" ? this.texts(each, bound) : this.elements(each, bound),
          );
        if (["filter", "slice", "sort", "concat"].includes(callee.name.text))
          return this.elements(callee.expression, bound);
      }
      return this.#ofCall(one, bound, (each, inside) => this.elements(each, inside)).filter((text) => !isOpen(text));
    }
    return [];
  }
}
