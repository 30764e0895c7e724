// Fields of objects: which values the sources write into them.
import ts from "typescript";
import { isForeign, nameText, returnsOf, unwrapped, valueNode } from "./sourceIndex.mjs";

export class SourceFields {
  #checker;
  #index;
  #names;
  #isEnd;
  #active = new Set();
  #contexts = new Map();

  /** `isEnd` says of a property's name and the type that it is read from that its texts are followed elsewhere. */
  constructor(checker, index, names, isEnd) {
    this.#checker = checker;
    this.#index = index;
    this.#names = names;
    this.#isEnd = isEnd;
  }

  /** The value of a field of an object literal; null where the expression is none, or holds the field otherwise. */
  valueIn(node, name) {
    const object = unwrapped(node);
    if (!ts.isObjectLiteralExpression(object)) return null;
    const found = object.properties.find((one) => one.name !== undefined && nameText(one.name) === name);
    return found === undefined ? null : valueNode(found);
  }

  /** The value of `words.remedy` where `words` is one object literal; null elsewhere. */
  exactValue(node) {
    if (!ts.isIdentifier(node.expression)) return null;
    const declaration = this.#names.declared(node.expression);
    if (declaration === null || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined)
      return null;
    return this.valueIn(declaration.initializer, node.name.text);
  }

  /** Where an object literal that is no schema has a property of this name. */
  writes(name) {
    return this.#index.writes(name).filter((node) => !this.isSchema(node));
  }

  isSchema(declaration) {
    if (!ts.isPropertyAssignment(declaration)) return false;
    const type = this.#checker.getTypeAtLocation(declaration.initializer);
    return type.getProperty("_zod") !== undefined;
  }

  /**
   * What `read` makes of each value that is written into a field, by the field's declaration. Of a list, `pushed` reads
   * what is added to it, and what it begins with in its class is left out.
   */
  written(declaration, read, pushed = null) {
    if (
      (ts.isPropertyAssignment(declaration) || ts.isShorthandPropertyAssignment(declaration)) &&
      !this.isSchema(declaration)
    ) {
      const value = valueNode(declaration);
      return value === null ? [] : read(value);
    }
    if (ts.isGetAccessorDeclaration(declaration)) return returnsOf(declaration).flatMap((one) => read(one));
    if (ts.isPropertyDeclaration(declaration) && declaration.initializer !== undefined && pushed === null)
      return read(declaration.initializer);
    const name = nameText(declaration.name);
    if (name === null) return [];
    return [
      ...this.#assigned(declaration, name, read),
      ...this.#spread(declaration, name, read, pushed),
      ...(pushed === null ? [] : this.#pushed(declaration, name, pushed)),
    ];
  }

  /** Follows a field unless it is followed already: what comes from itself adds nothing. */
  once(declaration, run) {
    const key = `${declaration.getSourceFile().fileName} ${declaration.pos}`;
    if (this.#active.has(key)) return [];
    this.#active.add(key);
    try {
      return run();
    } finally {
      this.#active.delete(key);
    }
  }

  #assigned(declaration, name, read) {
    return this.writes(name)
      .filter((node) => this.#isProperty(node.parent, name, declaration))
      .map(valueNode)
      .filter((value) => value !== null)
      .flatMap((value) => read(value));
  }

  /** What objects that take over fields of other objects have from those. */
  #spread(declaration, name, read, pushed) {
    const found = [];
    for (const object of this.#index.spreads) {
      if (object.properties.some((one) => one.name !== undefined && nameText(one.name) === name)) continue;
      if (!this.#isProperty(object, name, declaration)) continue;
      for (const one of object.properties) {
        if (!ts.isSpreadAssignment(one)) continue;
        const type = this.#checker.getTypeAtLocation(one.expression);
        const symbol =
          type.getProperty(name) ??
          (type.isUnion() ? type.types.map((each) => each.getProperty(name)).find(Boolean) : undefined);
        for (const each of symbol?.declarations ?? []) {
          if (each === declaration || isForeign(each) || this.#isEnd(name, type)) continue;
          found.push(...this.once(each, () => this.written(each, read, pushed)));
        }
      }
    }
    return found;
  }

  #pushed(declaration, name, pushed) {
    return this.#index
      .pushes(name)
      .filter(({ expression: { expression: target } }) => {
        if (!ts.isPropertyAccessExpression(target)) return false;
        return this.#checker.getSymbolAtLocation(target.name)?.declarations?.includes(declaration) === true;
      })
      .flatMap((push) => push.arguments.flatMap((argument) => pushed(argument)));
  }

  #isProperty(object, name, declaration) {
    if (!this.#contexts.has(object)) this.#contexts.set(object, this.#checker.getContextualType(object));
    const type = this.#contexts.get(object);
    if (type === undefined) return false;
    const holders = type.isUnion() ? type.types : [type];
    return holders.some((one) => one.getProperty(name)?.declarations?.includes(declaration) === true);
  }
}
