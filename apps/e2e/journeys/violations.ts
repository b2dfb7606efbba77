import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** Those of WCAG 2.2, levels A and AA. */
export const WCAG_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What of a page violates WCAG 2.2 AA: the rule, and the first element. */
export async function violationsIn(page: Page): Promise<string[]> {
  // There are no frames: the older way does without a page of its own for the results.
  const { violations } = await new AxeBuilder({ page }).withTags(WCAG_TAGS).setLegacyMode().analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
}
