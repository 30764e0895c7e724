import type { SampleDraft } from "../families/index.js";
import type { Sample } from "../instructor/index.js";
import { Random } from "../random.js";

/**
 * A negative control: within a family every question gets the solution and answer of another one, so that the set has the
 * form, length and words of the real one but teaches nothing. What a target gains from it is chance or harm; a real gain
 * must lie above it. A family with one sample has nothing to exchange and is left out.
 */
export function shuffleLabels(samples: readonly Sample[], seed: number): Sample[] {
  const donors = new Map<string, Sample>();
  for (const family of new Set(samples.map((sample) => sample.family))) {
    const members = samples.filter((sample) => sample.family === family);
    if (members.length < 2) continue;
    // One circle through all members in random order: nobody keeps the own label.
    const circle = new Random(seed, "shuffled labels", family).shuffle(members);
    for (const [place, member] of circle.entries()) {
      donors.set(member.id, circle[(place + 1) % circle.length] as Sample);
    }
  }
  return samples.flatMap((sample) => {
    const donor = donors.get(sample.id);
    return donor === undefined ? [] : [{ ...sample, draft: relabel(sample.draft, donor.draft) }];
  });
}

/** The question of one draft with the label of another; a letter that the question does not offer becomes one it does. */
function relabel(draft: SampleDraft, donor: SampleDraft): SampleDraft {
  const { options } = draft;
  const offered = options?.map(({ label }) => label) ?? [];
  const answer =
    donor.answer === null || offered.length === 0 || offered.includes(donor.answer)
      ? donor.answer
      : (offered[donor.answer.charCodeAt(0) % offered.length] ?? null);
  return { ...draft, solution: donor.solution, answer };
}
