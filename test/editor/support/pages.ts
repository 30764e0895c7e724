import axe from "axe-core";
import type { Frame, Page } from "playwright-core";

/**
 * What axe finds wrong with the accessibility of a panel's document, one line for each element: rule, element, reason. Rules
 * that cannot hold in a panel are switched off by their id.
 */
export async function axeViolations(page: Frame | Page, { except = [] }: { except?: readonly string[] } = {}) {
  await page.evaluate(axe.source);
  const rules = Object.fromEntries(except.map((id) => [id, { enabled: false }]));
  const { violations } = await page.evaluate<axe.AxeResults>(
    `axe.run(document, { resultTypes: ["violations"], rules: ${JSON.stringify(rules)} })`,
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary ?? ""}`),
  );
}

/** Elements and text that overflow the page's width: nothing should scroll sideways at 300 px or 200 % zoom. */
export async function sidewaysOverflow(page: Frame): Promise<number> {
  return await page.evaluate<number>(
    "Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)",
  );
}
