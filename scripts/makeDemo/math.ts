import { Random } from "../../src/engine/random.js";

/**
 * Word problems of the demo, all sentences ours. A schema has several wordings: the first two appear in the target
 * split, the first three in the in-domain evaluation split, the last only in the out-of-domain one. `generic` wordings
 * are what the base student has seen.
 */
interface Schema {
  readonly group: string;
  readonly draw: (random: Random) => { readonly [variable: string]: number };
  readonly wordings: readonly string[];
  /** Text before an equation, and its expression over the drawn variables and earlier results `r0`, `r1`. */
  readonly steps: readonly (readonly [string, string])[];
  readonly generic?: string;
}

export interface MathCase {
  readonly id: string;
  readonly question: string;
  readonly solution: string;
  readonly answer: string;
  readonly group: string;
}

const between = (low: number, high: number) => (random: Random) => random.integer(low, high);

function vars(ranges: { readonly [variable: string]: readonly [number, number] }): Schema["draw"] {
  return (random) =>
    Object.fromEntries(Object.entries(ranges).map(([name, [low, high]]) => [name, between(low, high)(random)]));
}

const schemas: readonly Schema[] = [
  {
    group: "gather",
    draw: vars({ a: [6, 60], b: [5, 40] }),
    wordings: [
      "{N} picked {a} {t} in the morning and {b} {t} after lunch. How many {t} did {N} pick altogether?",
      "A crate of {N} holds {a} {t}. Then {b} more {t} are laid on top. How many {t} does the crate hold now?",
      "{N} owns {a} {t}, and a neighbour brings {b} others. What is the number of {t} that {N} owns now?",
      "Adding the {a} {t} of {N} to the {b} {t} of {M}, how many {t} do the two have between them?",
    ],
    steps: [["Together there are", "a+b"]],
    generic: "{N} has {a} {t} and gets {b} more {t}. How many {t} does {N} have now?",
  },
  {
    group: "give-away",
    draw: (random) => ({ a: random.integer(30, 90), b: random.integer(4, 28) }),
    wordings: [
      "{N} had {a} {t} and gave {b} of them to {M}. How many {t} are left?",
      "Out of {a} {t} that {N} kept in a drawer, {b} got lost. How many {t} remain in the drawer?",
      "{N} started the day with {a} {t} and handed {b} to {M}. How many {t} does {N} still hold?",
      "After {M} took {b} {t}, what is left of the {a} {t} that {N} had put on the shelf?",
    ],
    steps: [["What remains is", "a-b"]],
    generic: "{N} had {a} {t}. {N} lost {b} {t}. How many {t} does {N} have left?",
  },
  {
    group: "rows",
    draw: vars({ a: [3, 15], b: [4, 20] }),
    wordings: [
      "{N} plants {a} rows of trees with {b} trees in each row. How many trees does {N} plant?",
      "There are {a} shelves in the room of {N}, and every shelf carries {b} books. How many books are there in all?",
      "Every one of the {a} boxes of {N} contains {b} candles. How many candles do the boxes contain together?",
      "{N} lays tiles: {b} tiles in a line, {a} lines. How many tiles is that?",
    ],
    steps: [["In all there are", "a*b"]],
    generic: "{N} has {a} bags with {b} {t} in each bag. How many {t} does {N} have in all?",
  },
  {
    group: "share",
    draw: (random) => {
      const b = random.integer(3, 12);
      return { a: b * random.integer(4, 18), b };
    },
    wordings: [
      "{N} shares {a} {t} equally among {b} children. How many {t} does each child get?",
      "{a} {t} are packed into {b} equal boxes by {N}. How many {t} go into each box?",
      "{N} deals {a} {t} out to {b} players so that all get the same. How many {t} has a player then?",
      "Among {b} friends, {N} splits {a} {t} evenly. What does a friend receive?",
    ],
    steps: [["Each gets", "a/b"]],
    generic: "{N} divides {a} {t} equally between {b} people. How many {t} does each person get?",
  },
  {
    group: "save-and-buy",
    draw: (random) => {
      const a = random.integer(4, 12);
      const b = random.integer(5, 20);
      return { a, b, c: random.integer(5, a * b - 5) };
    },
    wordings: [
      "{N} works {a} hours for {b} dollars an hour and then spends {c} dollars on shoes. How many dollars does {N} have left?",
      "For each of {a} lawns {N} earns {b} dollars. {N} pays {c} dollars for fuel. How much money is left over?",
      "{N} sells {a} baskets at {b} dollars each and has costs of {c} dollars. What profit in dollars does {N} make?",
      "Costs of {c} dollars are taken from what {N} earns in {a} shifts, {b} dollars a shift. What stays with {N}?",
    ],
    steps: [
      ["The earnings are", "a*b"],
      ["What is left is", "r0-c"],
    ],
  },
  {
    group: "bill",
    draw: vars({ a: [2, 9], b: [3, 15], c: [2, 9], d: [3, 15] }),
    wordings: [
      "{N} buys {a} pens at {b} dollars each and {c} folders at {d} dollars each. How many dollars does {N} pay in total?",
      "A ticket for {a} adults costs {b} dollars a person, and {c} children pay {d} dollars a child. What do the tickets cost in total?",
      "{N} orders {a} soups for {b} dollars apiece and {c} salads for {d} dollars apiece. How large is the bill in dollars?",
      "At {b} dollars a pot and {d} dollars a plant, what must {N} pay for {a} pots and {c} plants?",
    ],
    steps: [
      ["The first part costs", "a*b"],
      ["The second part costs", "c*d"],
      ["The total is", "r0+r1"],
    ],
    generic:
      "{N} buys {a} apples for {b} dollars each and {c} pears for {d} dollars each. How many dollars does {N} pay?",
  },
  {
    group: "more-than",
    draw: vars({ a: [8, 50], b: [3, 25] }),
    wordings: [
      "{N} has {a} {t}. {M} has {b} more {t} than {N}. How many {t} do both have together?",
      "On Monday {N} counted {a} {t}, on Tuesday {b} more than on Monday. How many {t} did {N} count on both days?",
      "{N} read {a} pages, and {M} read {b} pages more than {N}. How many pages did they read together?",
      "{M} beats {N} by {b} points. {N} has {a} points. What is the sum of their points?",
    ],
    steps: [
      ["The other number is", "a+b"],
      ["Together that makes", "a+r0"],
    ],
  },
  {
    group: "fewer-than",
    draw: (random) => {
      const a = random.integer(20, 70);
      return { a, b: random.integer(3, a - 8) };
    },
    wordings: [
      "{N} caught {a} fish. {M} caught {b} fewer fish than {N}. How many fish did they catch in total?",
      "A red shelf holds {a} jars and a blue shelf holds {b} jars fewer. How many jars do {N} and both shelves have in total?",
      "{N} scored {a} goals this year, and {M} scored {b} goals fewer. How many goals did the two score?",
      "{M} is {b} laps behind {N}, who has swum {a} laps. How many laps have been swum by the pair?",
    ],
    steps: [
      ["The smaller number is", "a-b"],
      ["In total that is", "a+r0"],
    ],
  },
  {
    group: "times-as-many",
    draw: vars({ a: [5, 30], b: [3, 9] }),
    wordings: [
      "{N} has {a} {t}, and {M} has {b} times as many. How many {t} do {N} and {M} have together?",
      "A small barrel of {N} takes {a} litres; a big one takes {b} times as much. How many litres do both barrels take together?",
      "{N} walked {a} miles in May and {b} times as far in June. How many miles did {N} walk in both months?",
      "{M} collected {b} times what {N} collected, and {N} collected {a} {t}. What did they collect in sum?",
    ],
    steps: [
      ["The larger number is", "a*b"],
      ["Together there are", "a+r0"],
    ],
    generic: "{N} has {a} {t} and {M} has {b} times as many {t}. How many {t} do they have together?",
  },
  {
    group: "half-then",
    draw: (random) => ({ a: 2 * random.integer(8, 40), b: random.integer(2, 7) }),
    wordings: [
      "{N} bakes {a} rolls and eats half of them with friends, then {b} more at night. How many rolls are left?",
      "Half of the {a} {t} of {N} are sold, and {b} of the remaining {t} break. How many {t} are still whole?",
      "{N} gives half of {a} {t} to {M} and {b} {t} to a teacher. How many {t} does {N} keep?",
      "From {a} litres, half leaks out of the tank of {N} and {b} litres more are used. What volume is in the tank?",
    ],
    steps: [
      ["Half of it is", "a/2"],
      ["After that there are", "r0-b"],
    ],
  },
  {
    group: "speed",
    draw: vars({ a: [30, 90], b: [2, 9] }),
    wordings: [
      "A bus drives {a} miles an hour for {b} hours. How far does the bus of {N} go?",
      "{N} rides a scooter at a speed of {a} kilometres an hour and rides for {b} hours. How many kilometres is the trip?",
      "For {b} hours, a train with {N} on board keeps a speed of {a} miles per hour. What distance does the train cover?",
      "In {b} hours at {a} kilometres per hour, how long is the way that {N} sails?",
    ],
    steps: [["The distance is", "a*b"]],
    generic: "{N} drives {b} hours at {a} miles per hour. How many miles does {N} drive?",
  },
  {
    group: "two-speeds",
    draw: vars({ a: [10, 60], b: [2, 6], c: [10, 60], d: [2, 6] }),
    wordings: [
      "{N} drives {b} hours at {a} miles per hour and then {d} hours at {c} miles per hour. How many miles does {N} drive?",
      "On the first leg {N} cycles {b} hours at {a} kilometres an hour, on the second leg {d} hours at {c} kilometres an hour. How long is the whole tour?",
      "A boat of {N} goes {a} miles an hour for {b} hours, later {c} miles an hour for {d} hours. Which distance has it gone?",
      "What way does {N} make with {b} hours of {a} kilometres per hour and {d} hours of {c} kilometres per hour?",
    ],
    steps: [
      ["The first part is", "b*a"],
      ["The second part is", "d*c"],
      ["The whole way is", "r0+r1"],
    ],
  },
  {
    group: "per-week",
    draw: vars({ a: [2, 12], b: [2, 9] }),
    wordings: [
      "{N} drinks {a} cups of tea a day. How many cups does {N} drink in {b} weeks?",
      "Every day {N} writes {a} letters. How many letters are written after {b} weeks?",
      "A hen of {N} lays {a} eggs daily. How many eggs are there after {b} full weeks?",
      "For {b} weeks {N} swims {a} lengths day by day. What is the number of lengths?",
    ],
    steps: [
      ["A week brings", "a*7"],
      ["All weeks bring", "r0*b"],
    ],
  },
  {
    group: "minutes",
    draw: vars({ a: [2, 9], b: [5, 55] }),
    wordings: [
      "A film lasts {a} hours and {b} minutes. How many minutes does {N} sit in the cinema?",
      "{N} practises the piano for {a} hours and {b} minutes. How many minutes is that?",
      "The flight of {N} takes {a} hours plus {b} minutes. What is its length in minutes?",
      "Written in minutes, how long did {N} sleep in {a} hours and {b} minutes?",
    ],
    steps: [
      ["The hours are", "a*60"],
      ["In minutes that is", "r0+b"],
    ],
    generic: "How many minutes are {a} hours and {b} minutes?",
  },
  {
    group: "percent-off",
    draw: (random) => ({ a: 20 * random.integer(2, 20), b: 5 * random.integer(1, 12) }),
    wordings: [
      "A coat costs {a} dollars. {N} gets {b}% off. How many dollars does {N} pay for the coat?",
      "The price of a bicycle is {a} dollars and the shop lowers it by {b}%. What does {N} pay?",
      "{N} has a voucher that takes {b}% off a lamp of {a} dollars. What is the price after the discount?",
      "With {b}% less than {a} dollars, how much does {N} give for the table?",
    ],
    steps: [
      ["The discount is", "a*b/100"],
      ["The price is", "a-r0"],
    ],
  },
  {
    group: "percent-of",
    draw: (random) => ({ a: 20 * random.integer(2, 25), b: 5 * random.integer(1, 18) }),
    wordings: [
      "A school has {a} pupils, and {b}% of them play chess. How many pupils play chess, asks {N}?",
      "{N} has {a} stamps and {b}% of the stamps are foreign. How many stamps are foreign?",
      "Of {a} seats in the theatre of {N}, {b}% are taken. How many seats are taken?",
      "{b}% of the {a} trees of {N} bear fruit. How many trees bear fruit?",
    ],
    steps: [["That share is", "a*b/100"]],
    generic: "There are {a} {t} and {b}% of them are red. How many {t} are red?",
  },
  {
    group: "interest",
    draw: (random) => ({ a: 100 * random.integer(2, 20), b: random.integer(2, 9), c: random.integer(2, 6) }),
    wordings: [
      "{N} puts {a} dollars in a bank that pays {b}% simple interest a year. How many dollars of interest are paid in {c} years?",
      "A loan of {a} dollars costs {b}% of it every year. How much does {N} pay for the loan in {c} years?",
      "Each year {N} receives {b}% of the {a} dollars that were invested. What does {N} receive within {c} years?",
      "What do {c} years of {b}% simple interest on {a} dollars bring to {N}?",
    ],
    steps: [
      ["A year brings", "a*b/100"],
      ["All years bring", "r0*c"],
    ],
  },
  {
    group: "average",
    draw: (random) => {
      const a = random.integer(5, 40);
      const b = random.integer(5, 40);
      const c = random.integer(5, 40);
      return { a, b, c: c + ((3 - ((a + b + c) % 3)) % 3) };
    },
    wordings: [
      "{N} got {a}, {b} and {c} points in three games. What is the average number of points?",
      "On three days {N} sold {a}, {b} and {c} {t}. How many {t} is that on average a day?",
      "The three children of {N} weigh {a}, {b} and {c} kilograms. What is their mean weight?",
      "Find the mean of the {a}, {b} and {c} minutes that {N} waited on three mornings.",
    ],
    steps: [
      ["The sum is", "a+b+c"],
      ["The mean is", "r0/3"],
    ],
  },
  {
    group: "rectangle",
    draw: vars({ a: [3, 30], b: [3, 30] }),
    wordings: [
      "{N} builds a fence around a garden that is {a} metres long and {b} metres wide. How many metres of fence are needed?",
      "A field is {a} yards long and {b} yards wide. How many yards does {N} walk to go around it once?",
      "{N} frames a picture of {a} centimetres by {b} centimetres on all sides. How much frame is used around it?",
      "How long is the border of the carpet of {N}, {a} feet in length and {b} feet in width?",
    ],
    steps: [
      ["Length and width make", "a+b"],
      ["All around it is", "r0*2"],
    ],
  },
  {
    group: "area",
    draw: vars({ a: [3, 30], b: [3, 30] }),
    wordings: [
      "{N} paints a wall that is {a} feet long and {b} feet high. How many square feet does {N} paint?",
      "A garden is {a} metres long and {b} metres wide. What is the area that {N} has to water, in square metres?",
      "{N} covers a floor of {a} metres by {b} metres with carpet. How many square metres of carpet are used?",
      "What area has a sheet of {N} with sides of {a} inches and {b} inches?",
    ],
    steps: [["The area is", "a*b"]],
    generic: "A room is {a} metres long and {b} metres wide. What is the area of the room of {N} in square metres?",
  },
  {
    group: "change",
    draw: (random) => {
      const b = random.integer(2, 8);
      const c = random.integer(2, 9);
      return { a: b * c + random.integer(3, 40), b, c };
    },
    wordings: [
      "{N} pays with {a} dollars for {b} notebooks that cost {c} dollars each. How much change does {N} get?",
      "With {a} dollars in the purse, {N} buys {b} melons at {c} dollars a melon. How many dollars remain in the purse?",
      "{N} had {a} dollars and took {b} bus rides of {c} dollars. How many dollars has {N} now?",
      "What is left of {a} dollars once {N} has bought {b} tickets for {c} dollars a ticket?",
    ],
    steps: [
      ["The cost is", "b*c"],
      ["What is left is", "a-r0"],
    ],
    generic: "{N} has {a} dollars and buys {b} {t} for {c} dollars each. How much money does {N} have left?",
  },
  {
    group: "packs-needed",
    draw: (random) => {
      const b = random.integer(3, 9);
      const c = random.integer(2, 9);
      return { a: b * random.integer(3, 9), b, c };
    },
    wordings: [
      "{N} needs {a} cups. A pack holds {b} cups and costs {c} dollars. How many dollars do the packs cost?",
      "{a} guests come to the party of {N}, {b} guests sit at a table, and a table costs {c} dollars. What do the tables cost?",
      "A class of {a} pupils goes by van with {N}; a van takes {b} pupils and costs {c} dollars. What does the class pay for vans?",
      "At {c} dollars a bag of {b} bulbs, what do {a} bulbs cost {N}?",
    ],
    steps: [
      ["The number needed is", "a/b"],
      ["They cost", "r0*c"],
    ],
  },
  {
    group: "joint-share",
    draw: (random) => {
      const c = random.integer(2, 9);
      const a = random.integer(8, 50);
      const sum = Math.ceil((a + random.integer(8, 50)) / c) * c;
      return { a, b: sum - a, c };
    },
    wordings: [
      "{N} has {a} {t} and {M} has {b} {t}. They put them together and share them equally among {c} friends. How many {t} does each friend get?",
      "A box with {a} {t} and a box with {b} {t} are emptied by {N} into {c} equal bags. How many {t} are in each bag?",
      "{N} mixes {a} red and {b} white {t} and makes {c} equal bunches. How many {t} has a bunch?",
      "Into {c} equal heaps {N} sorts {a} big and {b} small {t}. What is the size of a heap?",
    ],
    steps: [
      ["Together there are", "a+b"],
      ["Each part has", "r0/c"],
    ],
  },
  {
    group: "age",
    draw: (random) => ({ a: random.integer(5, 20), b: random.integer(2, 5), c: random.integer(2, 15) }),
    wordings: [
      "{N} is {a} years old. The mother of {N} is {b} times as old. How old will the mother be in {c} years?",
      "A tree of {N} is {a} years old and a neighbouring oak is {b} times as old. How old will the oak be after {c} years?",
      "{M} is {b} times the age of {N}, who is {a}. What will be the age of {M} in {c} years?",
      "In {c} years, how old is the aunt of {N}, if {N} is {a} and the aunt is {b} times that age today?",
    ],
    steps: [
      ["Today the age is", "a*b"],
      ["Later it is", "r0+c"],
    ],
  },
  {
    group: "two-losses",
    draw: (random) => ({ a: random.integer(50, 120), b: random.integer(4, 22), c: random.integer(4, 22) }),
    wordings: [
      "{N} had {a} {t}, gave {b} to {M} and sold {c}. How many {t} does {N} have now?",
      "From {a} pages, {N} read {b} on Saturday and {c} on Sunday. How many pages are left to read?",
      "A bus with {a} people, {N} among them, lets {b} people out and later {c} people. How many people are still in the bus?",
      "Having used {b} nails and then {c} nails out of {a}, how many nails has {N}?",
    ],
    steps: [
      ["First there remain", "a-b"],
      ["In the end there are", "r0-c"],
    ],
    generic: "{N} had {a} {t}, ate {b} {t} and gave away {c} {t}. How many {t} are left?",
  },
  {
    group: "in-and-out",
    draw: (random) => ({ a: random.integer(20, 80), b: random.integer(4, 18), c: random.integer(4, 28) }),
    wordings: [
      "{a} people are on a train with {N}. At a stop {b} get off and {c} get on. How many people are on the train now?",
      "{N} had {a} dollars, spent {b} dollars and then earned {c} dollars. How many dollars does {N} have now?",
      "The library of {N} lent {b} of its {a} games and got {c} new games. How many games stand in the library now?",
      "There were {a} birds near {N}; {b} flew away, {c} came. What is the number of birds now?",
    ],
    steps: [
      ["After the loss there are", "a-b"],
      ["After the gain there are", "r0+c"],
    ],
    generic: "{N} had {a} {t}, lost {b} {t} and found {c} {t}. How many {t} does {N} have now?",
  },
  {
    group: "weekly-pay",
    draw: vars({ a: [2, 8], b: [3, 6], c: [9, 20] }),
    wordings: [
      "{N} works {a} hours a day on {b} days a week and earns {c} dollars an hour. How many dollars does {N} earn in a week?",
      "A machine of {N} runs {a} hours daily for {b} days and makes {c} parts an hour. How many parts does it make?",
      "On each of {b} days {N} teaches {a} lessons and is paid {c} dollars a lesson. What is the pay altogether?",
      "For {c} dollars an hour, {a} hours a day, {b} days, what does {N} get?",
    ],
    steps: [
      ["The hours are", "a*b"],
      ["The result is", "r0*c"],
    ],
  },
  {
    group: "profit-each",
    draw: (random) => {
      const b = random.integer(2, 12);
      return { a: random.integer(5, 30), b, c: b + random.integer(2, 15) };
    },
    wordings: [
      "{N} buys {a} {t} for {b} dollars each and sells each of them for {c} dollars. What is the profit in dollars?",
      "Making a toy costs {N} {b} dollars, and it is sold for {c} dollars. How much does {N} gain with {a} toys?",
      "A ticket bought for {b} dollars is sold on for {c} dollars. With {a} tickets, how much money does {N} make?",
      "What do {a} {t} bring to {N}, bought at {b} dollars and sold at {c} dollars apiece?",
    ],
    steps: [
      ["Each brings", "c-b"],
      ["All bring", "r0*a"],
    ],
    generic: "{N} bought {a} {t} for {b} dollars each and sold them for {c} dollars each. What was the profit?",
  },
  {
    group: "remaining-days",
    draw: (random) => {
      const c = random.integer(3, 12);
      const b = random.integer(6, 40);
      return { a: b + c * random.integer(3, 15), b, c };
    },
    wordings: [
      "A book has {a} pages. {N} has read {b} pages and reads {c} pages a day from now on. How many days does {N} need for the rest?",
      "{N} has to knit {a} rows, {b} are done, and {c} rows are knitted every evening. How many evenings are still needed?",
      "{N} wants to save {a} dollars and has {b} dollars. If {c} dollars are saved a week, how many weeks will it take?",
      "With {c} litres a minute, how many minutes does {N} need to fill a pool of {a} litres in which there are {b} litres?",
    ],
    steps: [
      ["What is missing is", "a-b"],
      ["The time is", "r0/c"],
    ],
  },
  {
    group: "dozens",
    draw: vars({ a: [2, 12], b: [2, 11] }),
    wordings: [
      "{N} buys {a} dozen eggs and uses {b} eggs for a cake. How many eggs are left?",
      "A baker, {N}, makes {a} dozen buns and sells all but {b} of them. How many buns are sold?",
      "Of {a} dozen roses, {b} have wilted. How many fresh roses can {N} sell?",
      "{b} of the {a} dozen cups of {N} are broken. How many good cups are there?",
    ],
    steps: [
      ["A dozen is twelve, so there are", "a*12"],
      ["After that there are", "r0-b"],
    ],
  },
];

const names = (
  "Anna Ben Clara David Emma Felix Grace Henry Iris Jack Karen Leo Maria Noah Olga Paul Rita Sam Tina Victor Wendy " +
  "Oscar Nina Peter Lucy Martin Julia Simon Ella Hugo"
).split(" ");
const things = "apples marbles stickers cards shells coins buttons pencils plums stamps beads ribbons".split(" ");
/** Sentences with a number that the out-of-domain problems carry along without need. */
const distractions = [
  "{M}, who watches, is {z} years old.",
  "It is {z} degrees outside.",
  "The house of {N} has number {z}.",
  "{M} lives {z} miles away.",
];

interface Filled {
  readonly question: string;
  readonly solution: string;
  readonly answer: string;
}

/** Puts a sentence in front of a problem or before its last sentence. */
function distract(wording: string, sentence: string, random: Random): string {
  const last = wording.lastIndexOf(". ");
  if (last < 0 || random.next() < 0.3) return `${sentence} ${wording}`;
  return `${wording.slice(0, last + 2)}${sentence} ${wording.slice(last + 2)}`;
}

function fill(schema: Schema, wording: string, random: Random, distracted: boolean): Filled {
  const drawn = schema.draw(random);
  const first = random.pick(names);
  const words: { [name: string]: string } = {
    N: first,
    M: random.pick(names.filter((name) => name !== first)),
    t: random.pick(things),
    z: String(random.integer(11, 99)),
  };
  for (const [name, value] of Object.entries(drawn)) words[name] = String(value);
  const template = distracted ? distract(wording, random.pick(distractions), random) : wording;
  const question = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => words[name] ?? "");
  const values: { [name: string]: number } = { ...drawn };
  const lines = schema.steps.map(([text, formula], index) => {
    const expression = formula.replaceAll(/[a-z]\d?/g, (name) => String(values[name]));
    const result = compute(expression);
    values[`r${index}`] = result;
    return `${text} ${expression.replaceAll(/[-+*/]/g, " $& ")} = <<${expression}=${result}>>${result}.`;
  });
  const answer = String(values[`r${schema.steps.length - 1}`]);
  return { question, solution: [...lines, `#### ${answer}`].join("\n"), answer };
}

/** Value of an expression without parentheses, from left to right by precedence. */
function compute(expression: string): number {
  const terms = expression.replaceAll("-", "+-").split("+");
  const total = terms.reduce((sum, term) => {
    const factors = term.split(/(?=[*/])/);
    return (
      sum +
      factors.reduce((value, part) => {
        const number = Number(part.replace(/^[*/]/, ""));
        return part.startsWith("*") ? value * number : part.startsWith("/") ? value / number : number;
      }, 1)
    );
  }, 0);
  return Number(total.toFixed(6));
}

function cases(
  prefix: string,
  count: number,
  seen: Set<string>,
  random: Random,
  choose: (schema: Schema, random: Random, index: number) => { wording: string; distracted: boolean },
): MathCase[] {
  const made: MathCase[] = [];
  while (made.length < count) {
    const schema = schemas[made.length % schemas.length] as Schema;
    const { wording, distracted } = choose(schema, random, made.length);
    const filled = fill(schema, wording, random, distracted);
    if (seen.has(filled.question)) continue;
    seen.add(filled.question);
    made.push({ id: `${prefix}-${String(made.length + 1).padStart(3, "0")}`, ...filled, group: schema.group });
  }
  return made;
}

/** All math files: target, in-domain and out-of-domain evaluation, and rows for the base student. */
export function makeMath(seed: number): {
  target: MathCase[];
  evaluation: MathCase[];
  ood: MathCase[];
  base: MathCase[];
} {
  const seen = new Set<string>();
  const plain = (wording: string | undefined): { wording: string; distracted: boolean } => ({
    wording: wording ?? "",
    distracted: false,
  });
  const generic = schemas.filter((schema) => schema.generic !== undefined);
  const base: MathCase[] = [];
  const random = new Random(seed, "math", "base");
  for (const schema of generic) {
    for (let index = 0; index < 6; index += 1) {
      const filled = fill(schema, schema.generic ?? "", random, false);
      seen.add(filled.question);
      base.push({ id: `base-math-${base.length + 1}`, ...filled, group: schema.group });
    }
  }
  const target = cases("mt", 180, seen, new Random(seed, "math", "target"), (schema, own) =>
    plain(schema.wordings[own.integer(0, 1)]),
  );
  const evaluation = cases("me", 180, seen, new Random(seed, "math", "evaluation"), (schema, own) =>
    plain(schema.wordings[own.integer(0, 2)]),
  );
  const ood = cases("mo", 90, seen, new Random(seed, "math", "ood"), (schema, own, index) => {
    const distracted = index % 3 === 0;
    return { wording: schema.wordings[distracted ? own.integer(0, 2) : 3] ?? "", distracted };
  });
  return { target, evaluation, ood, base };
}
