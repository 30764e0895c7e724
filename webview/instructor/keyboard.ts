/** What a key, a button or a command of the palette does with what is selected. */
export type Action = "accept" | "reject" | "edit" | "regenerate" | "undo";

const actions: { readonly [key: string]: Action } = {
  a: "accept",
  r: "reject",
  e: "edit",
  u: "undo",
  g: "regenerate",
};

/** What a key means, wherever the focus is; null where it is typed into a field, or means nothing here. */
export function actionOfKey(event: KeyboardEvent): Action | "leave" | null {
  if (event.key === "Escape") return "leave";
  // A key that is held down is no second decision.
  if (event.repeat) return null;
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const [inside] = event.composedPath();
  const takesKeys = [HTMLTextAreaElement, HTMLInputElement, HTMLSelectElement].some((kind) => inside instanceof kind);
  // What costs money has no second key: G goes to the end of a list elsewhere.
  return takesKeys || event.key === "G" ? null : (actions[event.key.toLowerCase()] ?? null);
}
