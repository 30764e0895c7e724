import { Fault } from "../fault.js";

/** A run never waits: this ends it in a named state that says what a person has to do (architecture, rule 2). */
export class PersonNeeded extends Fault {
  readonly need: "review" | "secret" | "training" | "editor";

  constructor(need: PersonNeeded["need"], message: string, remedy: string) {
    super("person-needed", message, { remedy });
    this.need = need;
  }
}
