/** The element in the page that replaces a node which a translator removed. */
const standIns = new WeakMap<Node, Node>();
let isMended = false;

/**
 * Keeps React working in a page that is being translated. A translator puts an element of its own, mostly a `<font>`,
 * in the place of each text node or around it. React knows only the node: it would write new text to a node that is not
 * in the page, and throw when it removes that. Nothing is changed before a translator was detected.
 */
export function followTranslators(): void {
  const observer = new MutationObserver((records) => records.forEach(note));
  observer.observe(document.documentElement, { childList: true, subtree: true });
}

function note({ addedNodes, removedNodes, previousSibling, nextSibling }: MutationRecord): void {
  for (const removed of removedNodes) {
    if (removed.nodeType === Node.TEXT_NODE ? !isOurs(removed) : !isForeign(removed)) continue;
    const successor = addedNodes[0] ?? [previousSibling, nextSibling].find((node) => node !== null && isForeign(node));
    if (!successor || successor === removed || isOurs(successor)) continue;
    standIns.set(removed, successor);
    mend();
  }
}

/** Whether React did not create this element: those that it did carry properties of its own. */
function isForeign(node: Node): boolean {
  return node instanceof HTMLElement && !isOurs(node);
}

function isOurs(node: Node): boolean {
  return Object.keys(node).some((name) => name.startsWith('__react'));
}

/** The node itself if it is in the page, else the element that replaced it. */
function shownOf(node: Node): Node {
  let shown = node;
  while (!shown.isConnected && standIns.has(shown)) shown = standIns.get(shown) as Node;
  return shown;
}

/** The child of this parent that is the node, contains it or replaced it; null: none. */
function placeIn(parent: Node, node: Node): Node | null {
  let at: Node | null = shownOf(node);
  while (at && at.parentNode !== parent) at = at.parentNode;
  return at;
}

function mend(): void {
  if (isMended) return;
  isMended = true;
  // oxlint-disable-next-line typescript/unbound-method -- each is called with the node that it is asked of
  const { removeChild, insertBefore, appendChild } = Node.prototype;
  const value = Object.getOwnPropertyDescriptor(Node.prototype, 'nodeValue') as PropertyDescriptor;
  Node.prototype.removeChild = function <T extends Node>(this: Node, child: T): T {
    const at = placeIn(this, child);
    if (at) removeChild.call(this, at);
    return child;
  };
  Node.prototype.insertBefore = function <T extends Node>(this: Node, child: T, before: Node | null): T {
    dropStandIn(child);
    return insertBefore.call(this, child, before && placeIn(this, before)) as T;
  };
  Node.prototype.appendChild = function <T extends Node>(this: Node, child: T): T {
    dropStandIn(child);
    return appendChild.call(this, child) as T;
  };
  Object.defineProperty(Node.prototype, 'nodeValue', {
    ...value,
    set(this: Node, words: string | null) {
      const shown = shownOf(this);
      if (shown !== this) shown.parentNode?.replaceChild(this, shown);
      value.set?.call(this, words);
    },
  });
}

/** Puts the node itself back into the page. */
function dropStandIn(node: Node): void {
  const shown = shownOf(node);
  if (shown !== node) shown.parentNode?.removeChild(shown);
}
