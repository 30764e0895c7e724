import { Random } from "../../src/engine/random.js";

/**
 * Multiple choice of the demo, all sentences ours: which thing belongs to which group, and what holds for all of a
 * group. A fact is asked in four ways, so that what is learnt in one of them helps in the others.
 */
interface Group {
  readonly area: string;
  readonly name: string;
  /** What holds for all members, as a verb phrase. */
  readonly property: string;
  readonly members: readonly string[];
}

export interface ChoiceCase {
  readonly id: string;
  readonly question: string;
  readonly A: string;
  readonly B: string;
  readonly C: string;
  readonly D: string;
  readonly answer: string;
  readonly group: string;
}

const group = (area: string, name: string, property: string, members: string): Group => ({
  area,
  name,
  property,
  members: members.split(" "),
});

const groups: readonly Group[] = [
  group("nature", "mammal", "feeds its young with milk", "otter badger horse rabbit goat squirrel deer"),
  group("nature", "bird", "is covered with feathers", "robin heron falcon swallow pigeon crow thrush"),
  group("nature", "fish", "breathes with gills", "trout salmon herring carp cod perch tuna"),
  group("nature", "insect", "walks on six legs", "ant beetle wasp moth grasshopper mosquito ladybird"),
  group("nature", "tree", "grows a wooden trunk", "oak birch maple willow poplar larch beech"),
  group("music", "string instrument", "sounds by plucking or bowing", "violin cello harp guitar lute viola banjo"),
  group("music", "wind instrument", "sounds by blowing", "flute trumpet oboe clarinet trombone bassoon tuba"),
  group("music", "percussion instrument", "sounds by beating", "drum cymbal gong tambourine xylophone timpani bongo"),
  group("matter", "metal", "conducts electricity well", "iron copper silver zinc tin nickel aluminium"),
  group("matter", "gas", "spreads through the whole room", "oxygen helium neon argon nitrogen hydrogen methane"),
  group("matter", "gemstone", "is polished and set into jewellery", "ruby emerald sapphire topaz opal garnet amethyst"),
  group("kitchen", "fruit", "tastes sweet when ripe", "cherry pear plum mango peach apricot raspberry"),
  group(
    "kitchen",
    "root vegetable",
    "is pulled out of the soil",
    "carrot beetroot turnip radish parsnip celeriac swede",
  ),
  group("kitchen", "grain", "is milled into flour", "wheat barley rye oats millet spelt maize"),
  group("house", "cutting tool", "has a sharp blade", "saw scissors axe chisel scalpel razor shears"),
  group("house", "garment", "is worn on the body", "scarf coat glove sock jacket shirt mitten"),
  group("travel", "watercraft", "floats on the sea", "canoe ferry yacht kayak raft barge schooner"),
  group("travel", "aircraft", "flies above the clouds", "glider helicopter jet airliner zeppelin biplane airship"),
];

/** Ways to ask; `{m}` is a member, `{g}` its group, `{p}` what holds for it, `{N}` a name. */
interface Form {
  readonly options: "members" | "groups" | "properties";
  readonly relation: "group" | "property";
  readonly target: readonly string[];
  readonly evaluation: readonly string[];
  readonly ood: readonly string[];
  readonly generic: string;
}

const forms: readonly Form[] = [
  {
    options: "members",
    relation: "group",
    target: ["Which of these is a {g}?", "{N} looks for a {g}. Which of these fits?"],
    evaluation: [
      "Which one would be filed under the word {g}?",
      "A quiz asks {N} to name a {g}. Which of these is right?",
    ],
    ood: ["{N} draws lots and must act like a {g}. Which lot was drawn?"],
    generic: "Which one is a {g}?",
  },
  {
    options: "groups",
    relation: "group",
    target: ["What kind of thing is the {m}?", "{N} writes the word {m} on a card. Under which heading does it go?"],
    evaluation: ["Of which kind is the {m}?", "How would {N} classify the {m} in one term?"],
    ood: ["In a museum there is a door for each kind. Behind which door should {N} look for the {m}?"],
    generic: "What is the {m}?",
  },
  {
    options: "members",
    relation: "property",
    target: ["Which of these {p}?", "{N} claims that one thing here {p}. Which is it?"],
    evaluation: ["Only one of these {p}. Which one?", "{N} needs something that {p}. Which of these will do?"],
    ood: ["Riddle of {N}: it {p}, and it hides in this list. What is it?"],
    generic: "Which thing {p}?",
  },
  {
    options: "properties",
    relation: "property",
    target: ["What is true of the {m}?", "{N} describes the {m}. Which description is right?"],
    evaluation: ["What can be said about the {m}?", "Which sentence about the {m} should {N} write down?"],
    ood: ["{N} owns or watches the {m}. What will {N} notice about it?"],
    generic: "What holds for the {m}?",
  },
];

const names =
  "Anna Ben Clara David Emma Felix Grace Henry Iris Jack Karen Leo Maria Noah Olga Paul Rita Sam Tina".split(" ");

interface Fact {
  readonly group: Group;
  readonly member: string;
  readonly relation: "group" | "property";
}

function ask(fact: Fact, form: Form, wording: string, random: Random): Omit<ChoiceCase, "id"> {
  const close = random.shuffle(groups.filter((other) => other !== fact.group && other.area === fact.group.area));
  const far = random.shuffle(groups.filter((other) => other.area !== fact.group.area));
  const others = random.shuffle([...close.slice(0, 2), ...far]).slice(0, 3);
  const show = (one: Group, member: string): string =>
    form.options === "members" ? member : form.options === "groups" ? one.name : `It ${one.property}.`;
  const right = show(fact.group, fact.member);
  const options = random.shuffle([right, ...others.map((other) => show(other, random.pick(other.members)))]);
  const words: { [name: string]: string } = {
    m: fact.member,
    g: fact.group.name,
    p: fact.group.property,
    N: random.pick(names),
  };
  const question = wording
    .replaceAll(/\{(\w)\}/g, (_, name: string) => words[name] ?? "")
    .replaceAll(/\b([Aa]) (?=[aeio])/g, "$1n ");
  const [A = "", B = "", C = "", D = ""] = options;
  return { question, A, B, C, D, answer: "ABCD".charAt(options.indexOf(right)), group: fact.group.area };
}

function formsOf(relation: Fact["relation"]): readonly Form[] {
  return forms.filter((form) => form.relation === relation);
}

/**
 * All multiple-choice files. Evaluation asks mostly for facts that the target split asks for in another way, and for
 * some that it never mentions; the base student has seen a fifth of all facts.
 */
export function makeChoice(seed: number): {
  target: ChoiceCase[];
  evaluation: ChoiceCase[];
  ood: ChoiceCase[];
  base: ChoiceCase[];
} {
  const facts = new Random(seed, "choice", "facts").shuffle(
    groups.flatMap((one) =>
      one.members.flatMap((member): Fact[] => [
        { group: one, member, relation: "group" },
        { group: one, member, relation: "property" },
      ]),
    ),
  );
  const seen = new Set<string>();
  const make = (
    prefix: string,
    count: number,
    pool: readonly Fact[],
    wordingsOf: (form: Form) => readonly string[],
    random: Random,
  ): ChoiceCase[] => {
    const made: ChoiceCase[] = [];
    for (let turn = 0; made.length < count; turn += 1) {
      const fact = pool[turn % pool.length] as Fact;
      const form = random.pick(formsOf(fact.relation));
      const asked = ask(fact, form, random.pick(wordingsOf(form)), random);
      const key = JSON.stringify([asked.question, asked.A, asked.B, asked.C, asked.D]);
      if (seen.has(key)) continue;
      seen.add(key);
      made.push({ id: `${prefix}-${String(made.length + 1).padStart(3, "0")}`, ...asked });
    }
    return made;
  };
  const asked = facts.slice(0, 120);
  const fresh = facts.slice(120);
  const known = new Random(seed, "choice", "known").shuffle(facts).slice(0, Math.round(facts.length / 5));
  const shuffled = new Random(seed, "choice", "evaluated").shuffle(asked);
  const evaluated = [...shuffled.slice(0, 112), ...fresh.slice(0, 38)];
  const abroad = [...shuffled.slice(60, 100), ...fresh.slice(38, 78)];
  return {
    base: make("base-choice", known.length, known, (form) => [form.generic], new Random(seed, "choice", "base")),
    target: make("ct", 120, asked, (form) => form.target, new Random(seed, "choice", "target")),
    evaluation: make("ce", 150, evaluated, (form) => form.evaluation, new Random(seed, "choice", "evaluation")),
    ood: make("co", 80, abroad, (form) => form.ood, new Random(seed, "choice", "ood")),
  };
}
