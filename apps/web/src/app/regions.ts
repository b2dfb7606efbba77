/** In each region what takes the focus: the first of these that is there. */
const STOPS = [
  '[data-testid="conversation-row"][tabindex="0"]',
  'article[tabindex="0"]',
  // That one is not drawn where it is far from the view.
  'article',
  'textarea',
  'input',
  'a[href]',
  'button',
];

/** Moves the focus to the next region that is shown, or the one before: list, messages, composer, panel. */
export function moveRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].flatMap(
    (region) => stopIn(region) ?? [],
  );
  const { activeElement } = document;
  const at = regions.findIndex(({ region }) => region.contains(activeElement));
  const next = at < 0 && step < 0 ? regions.at(-1) : regions[(at + step + regions.length) % regions.length];
  next?.stop.focus();
}

function stopIn(region: HTMLElement): { region: HTMLElement; stop: HTMLElement } | null {
  for (const selector of STOPS) {
    const shown = [...region.querySelectorAll<HTMLElement>(selector)].filter(
      (each) => each.getClientRects().length > 0,
    );
    // Rows are drawn beyond both edges of their list.
    const stop = shown.find((each) => isInView(each, region)) ?? shown[0];
    if (stop) return { region, stop };
  }
  return null;
}

function isInView(element: HTMLElement, region: HTMLElement): boolean {
  const [own, whole] = [element.getBoundingClientRect(), region.getBoundingClientRect()];
  return own.top >= whole.top && own.bottom <= whole.bottom;
}
