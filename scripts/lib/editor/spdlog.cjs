"use strict";
// Stands in for the native module of the same name in the tests' editor: writes log files, at once and without rotation.
const fs = require("node:fs");
const path = require("node:path");

const names = ["trace", "debug", "info", "warning", "error", "critical"];

class Logger {
  #file;
  #level = 2;
  #bare = false;

  constructor(_type, _name, file) {
    this.#file = file;
    fs.mkdirSync(path.dirname(file), { recursive: true });
  }

  #write(level, text) {
    if (level < this.#level) return;
    const time = new Date().toISOString().slice(0, -1).replace("T", " ");
    fs.appendFileSync(this.#file, this.#bare ? text : `${time} [${names[level]}] ${text}\n`);
  }

  trace = (text) => this.#write(0, text);
  debug = (text) => this.#write(1, text);
  info = (text) => this.#write(2, text);
  warn = (text) => this.#write(3, text);
  error = (text) => this.#write(4, text);
  critical = (text) => this.#write(5, text);
  getLevel = () => this.#level;
  setPattern = () => undefined;
  flush = () => undefined;
  drop = () => undefined;

  setLevel(level) {
    this.#level = level;
  }

  clearFormatters() {
    this.#bare = true;
  }
}

const create = async (name, file) => new Logger("rotating", name, file);

exports.version = 1;
exports.setLevel = () => undefined;
exports.setFlushOn = () => undefined;
exports.Logger = Logger;
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
