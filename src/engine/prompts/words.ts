/** Words of the template language that are neither variables nor filters, with what they mean. */

export const roleDocs: { readonly [role: string]: string } = {
  system: "Starts the turn that says who the instructor is and what is asked of it. Only the first turn can be one.",
  user: "Starts a turn that shows the case. The last turn is one.",
  assistant: "Starts a turn that stands for an earlier answer of the instructor, as an example.",
};

export const loopDocs: { readonly [property: string]: string } = {
  index: "Number of the item, from 1.",
  index0: "Number of the item, from 0.",
  revindex: "Number of the item from the end, from 1.",
  revindex0: "Number of the item from the end, from 0.",
  first: "Whether this is the first item.",
  last: "Whether this is the last item.",
  length: "Number of items.",
  previtem: "The item before this one.",
  nextitem: "The item after this one.",
};

export const testDocs: { readonly [test: string]: string } = {
  defined: "Whether there is such a value.",
  undefined: "Whether there is no such value.",
  none: "Whether the value is nothing.",
  string: "Whether the value is a text.",
  number: "Whether the value is a number.",
  iterable: "Whether one can go through the value item by item.",
  odd: "Whether the number is odd.",
  even: "Whether the number is even.",
};
