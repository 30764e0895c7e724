import { Random } from "../../engine/random.js";
import type { TrainingParameters, TrainingProgress, TrainingRow } from "../../engine/seams/index.js";
import { answersLike, familyOf, lessonFamilies, lessonOf, lossOf, type Lesson, type LessonFamily } from "./lesson.js";
import { Student } from "./student.js";

/** Weight decay of all parts of the student. */
const l2 = 1e-3;
/** Rows that are kept for later fits; older ones leave first. */
const memorySize = 2000;
/** A fifth of a family's rows is withheld to ask whether the rows teach anything at all. */
const withheldShare = 0.2;
/** Fewer withheld rows than this decide nothing; then the update is kept. */
const fewestWithheld = 5;
/** How many standard deviations of a coin the withheld rows must gain. */
const wantedGain = 1.5;

export interface FamilyReport {
  readonly family: LessonFamily;
  readonly rows: number;
  /** Rows that could be read as a lesson. */
  readonly lessons: number;
  /** Withheld rows that a trial fit answered better and worse than the start did. */
  readonly better: number;
  readonly worse: number;
  readonly kept: boolean;
}

export interface FitResult {
  readonly student: Student;
  readonly families: readonly FamilyReport[];
}

export interface FitRequest {
  readonly start: Student;
  readonly rows: readonly TrainingRow[];
  readonly heldOut: readonly TrainingRow[];
  readonly seed: number;
  readonly parameters: TrainingParameters;
  /** False keeps every update unseen, which only a proof of the check's use wants. */
  readonly checked?: boolean;
}

/** Number of steps of a fit: new rows and remembered ones, in batches, for all epochs. */
export function stepsOf(rows: number, remembered: number, { epochs, batchSize }: TrainingParameters): number {
  return epochs * Math.ceil((rows + remembered) / batchSize);
}

/**
 * Fits the student to rows, starting from what it knows. Mini-batches mix new and remembered rows. A trial fit first
 * asks, family by family, whether the rows predict withheld rows of their kind: where they do not (contradictory or
 * unrelated answers), the family goes back to the start, since nothing general was learnt. Yields progress once a step,
 * and null where it only lets others work.
 */
export function* fitStudent(request: FitRequest): Generator<TrainingProgress | null, FitResult> {
  const { start, rows, heldOut, seed, parameters } = request;
  const trial = yield* trialOf(request);
  const fitted = start.clone();
  const lessons = lessonsFor(fitted, [...start.memory, ...rows]);
  const lessonsHeldOut = heldOut.map((row) => lessonOf(row, knows(fitted))).filter((lesson) => lesson !== null);
  const steps = stepsOf(lessons.length, 0, parameters);
  const every = Math.max(1, Math.ceil(steps / 60));
  let step = 0;
  for (const loss of descend(fitted, lessons, parameters, new Random(seed, "fit"))) {
    step += 1;
    const measured = step % every === 0 || step === steps;
    yield {
      step,
      steps,
      loss,
      heldOutLoss: measured ? mean(lessonsHeldOut.map((lesson) => lossOf(fitted, lesson))) : null,
      learningRate: learningRateAt(parameters.learningRate, step - 1, steps),
    };
  }
  const families = lessonFamilies.map((family): FamilyReport => {
    const own = rows.filter((row) => familyOf(row) === family);
    const read = own.filter((row) => lessonOf(row, knows(fitted)) !== null).length;
    const { better, worse, withheld } = trial.get(family) ?? { better: 0, worse: 0, withheld: 0 };
    const kept = withheld < fewestWithheld || better - worse > wantedGain * Math.sqrt(better + worse);
    return { family, rows: own.length, lessons: read, better, worse, kept: own.length > 0 && kept };
  });
  return { student: merge(start, fitted, rows, families), families };
}

interface Trial {
  readonly better: number;
  readonly worse: number;
  readonly withheld: number;
}

/** Fits without the withheld rows and compares with the start on them. */
function* trialOf({ start, rows, seed, parameters, checked }: FitRequest): Generator<null, Map<LessonFamily, Trial>> {
  const result = new Map<LessonFamily, Trial>();
  // A blank student has nothing that an update could be worse than.
  if (start.memory.length === 0 || checked === false) return result;
  const withheld = new Set<TrainingRow>();
  for (const family of lessonFamilies) {
    const own = rows.filter((row) => familyOf(row) === family);
    const shuffled = new Random(seed, "withheld", family).shuffle(own);
    for (const row of shuffled.slice(0, Math.floor(own.length * withheldShare))) withheld.add(row);
  }
  const trial = start.clone();
  const lessons = lessonsFor(trial, [...start.memory, ...rows.filter((row) => !withheld.has(row))]);
  for (const loss of descend(trial, lessons, parameters, new Random(seed, "trial"))) {
    if (loss !== null) yield null;
  }
  for (const row of withheld) {
    const family = familyOf(row);
    const before = answersLike(start, row);
    const after = answersLike(trial, row);
    const counted = result.get(family) ?? { better: 0, worse: 0, withheld: 0 };
    result.set(family, {
      better: counted.better + (after && !before ? 1 : 0),
      worse: counted.worse + (before && !after ? 1 : 0),
      withheld: counted.withheld + 1,
    });
  }
  return result;
}

function knows(student: Student): (family: "math" | "code", label: string) => boolean {
  return (family, label) => student[family].has(label);
}

/** Lessons of rows; templates that are new to the student are added to it with zero weights. */
function lessonsFor(student: Student, rows: readonly TrainingRow[]): Lesson[] {
  const lessons: Lesson[] = [];
  for (const row of rows) {
    const lesson = lessonOf(row, knows(student));
    if (lesson === null) continue;
    if (lesson.family !== "choice") student[lesson.family].add(lesson.label);
    lessons.push(lesson);
  }
  return lessons;
}

/** The learning rate falls linearly to a tenth. */
function learningRateAt(learningRate: number, step: number, steps: number): number {
  return learningRate * (1 - (0.9 * step) / Math.max(1, steps));
}

/** All steps of all epochs; yields the mean loss of each batch before its step. */
function* descend(
  student: Student,
  lessons: readonly Lesson[],
  { learningRate, epochs, batchSize }: TrainingParameters,
  random: Random,
): Generator<number | null, void> {
  const steps = stepsOf(lessons.length, 0, { learningRate, epochs, batchSize });
  const weighted = balanced(lessons);
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    const order = random.shuffle(weighted);
    for (let from = 0; from < order.length; from += batchSize) {
      const batch = order.slice(from, from + batchSize);
      const rate = { learningRate: learningRateAt(learningRate, step, steps), l2 };
      const math = batch.filter((lesson) => isOf(lesson, "math"));
      const code = batch.filter((lesson) => isOf(lesson, "code"));
      const choice = batch.filter((lesson) => isOf(lesson, "choice"));
      const total =
        student.math.step(math, rate) * math.length +
        student.code.step(code, rate) * code.length +
        student.choice.step(choice, rate) * choice.length;
      step += 1;
      yield batch.length === 0 ? null : total / batch.length;
    }
  }
}

type Weighted = Lesson & { readonly weight: number };

/**
 * Many samples of few errors must not crowd out everything else, so all templates of a family count alike: a lesson
 * weighs one over the number of lessons of its template, scaled to a mean of 1. Options have no templates.
 */
function balanced(lessons: readonly Lesson[]): Weighted[] {
  const counts = new Map<string, number>();
  const nameOf = (lesson: Lesson): string => (lesson.family === "choice" ? "" : `${lesson.family} ${lesson.label}`);
  for (const lesson of lessons) counts.set(nameOf(lesson), (counts.get(nameOf(lesson)) ?? 0) + 1);
  const raw = (lesson: Lesson): number => 1 / (counts.get(nameOf(lesson)) ?? 1);
  const means = new Map(
    lessonFamilies.map((family) => [family, mean(lessons.filter((one) => one.family === family).map(raw)) ?? 1]),
  );
  return lessons.map((lesson) => ({ ...lesson, weight: raw(lesson) / (means.get(lesson.family) ?? 1) }));
}

function isOf<Name extends LessonFamily>(
  lesson: Weighted,
  family: Name,
): lesson is Extract<Weighted, { family: Name }> {
  return lesson.family === family;
}

/** Takes the fitted part of each family that keeps its update, and the start's part of the others. */
function merge(
  start: Student,
  fitted: Student,
  rows: readonly TrainingRow[],
  families: readonly FamilyReport[],
): Student {
  const kept = new Set(families.filter((report) => report.kept).map((report) => report.family));
  const learnt = rows.filter((row) => kept.has(familyOf(row)) && lessonOf(row, knows(fitted)) !== null);
  return new Student({
    math: (kept.has("math") ? fitted : start).math,
    code: (kept.has("code") ? fitted : start).code,
    choice: (kept.has("choice") ? fitted : start).choice,
    memory: [...start.memory, ...learnt].slice(-memorySize),
  });
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0) / values.length;
}
