import type { ReadSection, ReadTemplate } from "./parseTemplate.js";
import type { Places } from "./places.js";

/** A part of a template that is worth a line in an outline. Places are offsets in the text; ends are exclusive. */
export interface TemplateNode {
  readonly kind: "front-matter" | "key" | "turn" | "heading" | "block" | "variable" | "comment" | "code";
  /** The key, the role, the heading, the condition, the language of fenced code; empty for a comment. */
  readonly name: string;
  /** The value of a key; empty for the others. */
  readonly detail: string;
  readonly start: number;
  readonly end: number;
  /** What is selected when one goes there. */
  readonly selection: readonly [number, number];
  readonly children: readonly TemplateNode[];
}

/** Lines that fold, from 0; the first one stays visible. */
export interface FoldingRange {
  readonly start: number;
  readonly end: number;
  readonly kind: "comment" | "region";
}

interface Found extends Omit<TemplateNode, "children"> {
  readonly level: number;
}

/** The tree of a template; `source` is what was read. */
export function outline(read: ReadTemplate, source: string, places: Places): TemplateNode[] {
  const tree: TemplateNode[] = [];
  const { front } = read;
  if (front.yamlOffset > 0) {
    const keys = front.entries.map(({ path, key, value, text }) =>
      found("key", path, text, key[0], value?.[1] ?? key[1], key),
    );
    const end = source.lastIndexOf("-", front.bodyOffset - 1) + 1;
    tree.push({ ...found("front-matter", "", "", 0, end, [0, 3]), children: nest(keys, end) });
  }
  for (const section of read.sections) {
    const start = places.lineStart(section.markerLine);
    const from = places.lineStart(section.line);
    const marker = start + section.markerLength;
    const end = Math.max(marker, section.source === "" ? 0 : from + section.source.length);
    const turn = found("turn", section.role, "", start, end, [start, marker]);
    tree.push({ ...turn, children: nest(contents(section, from), end) });
  }
  return tree.map((node) => inText(node, places));
}

function found(
  kind: Found["kind"],
  name: string,
  detail: string,
  start: number,
  end: number,
  selection: readonly [number, number],
  level = 0,
): Found {
  return { kind, name, detail, start, end, selection, level };
}

function contents({ source, check }: ReadSection, from: number): Found[] {
  const blocks = check.blocks.map(({ name, open, end }) =>
    found("block", `${name} ${open.inner.trim().slice(name.length).trim()}`, "", open.start, end, [
      open.start,
      open.end,
    ]),
  );
  const assigned = check.assigned.map(({ name, start }) =>
    found("variable", name, "", start, start + name.length, [start, start + name.length]),
  );
  const comments = check.parts
    .filter(({ kind }) => kind === "comment")
    .map(({ start, end }) => found("comment", "", "", start, end, [start, end]));
  const { headings, fences } = markdown(source, check);
  const clipped = headings.map((heading, index) => {
    const next = headings.slice(index + 1).find(({ level }) => level <= heading.level);
    const limit = next?.start ?? source.length;
    // A heading inside of a block ends with it, and one that stands before a block does not reach into its half.
    const around = check.blocks.filter(({ open, end }) => open.start < heading.start && end > heading.start);
    const crossing = check.blocks.filter(
      ({ open, end }) => open.start > heading.start && open.start < limit && end > limit,
    );
    const end = Math.min(limit, ...around.map(({ close }) => close), ...crossing.map(({ open }) => open.start));
    return { ...heading, end: heading.start + source.slice(heading.start, end).trimEnd().length };
  });
  return [...blocks, ...assigned, ...comments, ...clipped, ...fences].map((node) => ({
    ...node,
    start: node.start + from,
    end: node.end + from,
    selection: [node.selection[0] + from, node.selection[1] + from] as const,
  }));
}

/** Headings and fenced code of the text between tags. */
function markdown(source: string, { parts }: ReadSection["check"]): { headings: Found[]; fences: Found[] } {
  const headings: Found[] = [];
  const fences: Found[] = [];
  let fence: { readonly start: number; readonly mark: string; readonly language: string } | null = null;
  let part = 0;
  for (const match of source.matchAll(/^[^\n]*$/gm)) {
    const [line] = match;
    const start = match.index;
    while ((parts[part]?.end ?? Number.POSITIVE_INFINITY) <= start) part += 1;
    if (parts[part] !== undefined && parts[part]?.kind !== "text" && (parts[part]?.start ?? 0) < start) continue;
    const ticks = /^\s*(`{3,}|~{3,})[ \t]*([\w+-]*)/.exec(line);
    if (fence !== null) {
      if (ticks?.[1]?.startsWith(fence.mark) === true && ticks[2] === "") {
        fences.push(
          found("code", fence.language, "", fence.start, start + line.length, [
            fence.start,
            fence.start + fence.mark.length,
          ]),
        );
        fence = null;
      }
      continue;
    }
    if (ticks !== null) {
      fence = { start, mark: ticks[1] ?? "", language: ticks[2] ?? "" };
      continue;
    }
    const heading = /^(#{1,6})[ \t]+(.*\S)/.exec(line);
    if (heading === null) continue;
    const end = start + heading[0].length;
    headings.push(found("heading", heading[2] ?? "", "", start, end, [start, end], heading[1]?.length ?? 1));
  }
  return { headings, fences };
}

/** Makes a tree of nodes that contain one another; a node that reaches out of the one around it is cut. */
function nest(nodes: readonly Found[], end: number): TemplateNode[] {
  interface Open extends TemplateNode {
    readonly children: Open[];
  }
  const roots: Open[] = [];
  const stack: Open[] = [];
  for (const { level: _level, ...node } of [...nodes].sort((a, b) => a.start - b.start || b.end - a.end)) {
    while (stack.length > 0 && (stack.at(-1)?.end ?? 0) <= node.start) stack.pop();
    const around = stack.at(-1);
    const cut = Math.min(node.end, around?.end ?? end);
    // What is selected of a node ends with it, also where the node was cut in the middle of its line.
    const selection = [Math.min(node.selection[0], cut), Math.min(node.selection[1], cut)] as const;
    const open: Open = { ...node, end: cut, selection, children: [] };
    (around?.children ?? roots).push(open);
    stack.push(open);
  }
  return roots;
}

function inText(node: TemplateNode, places: Places): TemplateNode {
  return {
    ...node,
    start: places.toText(node.start),
    end: places.toText(node.end),
    selection: [places.toText(node.selection[0]), places.toText(node.selection[1])],
    children: node.children.map((child) => inText(child, places)),
  };
}

/** What folds: front matter, turns, blocks, headings, comments and fenced code of more than one line. */
export function foldingRanges({
  tree,
  places,
}: {
  readonly tree: readonly TemplateNode[];
  readonly places: Places;
}): FoldingRange[] {
  const ranges: FoldingRange[] = [];
  const line = (offset: number): number => places.lineOf(places.toSource(offset)) - 1;
  const visit = (node: TemplateNode): void => {
    const [start, last] = [line(node.start), line(node.end)];
    // The line of an end tag or of closing fences stays, as in every other language.
    const end = node.kind === "block" || node.kind === "code" ? last - 1 : last;
    if (node.kind !== "key" && node.kind !== "variable" && end > start) {
      ranges.push({ start, end, kind: node.kind === "comment" ? "comment" : "region" });
    }
    node.children.forEach(visit);
  };
  tree.forEach(visit);
  return ranges;
}
