// Where the focus goes when the focused element is removed: to the same element once it can have it again, or to the
// heading of what is left. Without it a person by keyboard or by ear starts at the top of the page after each act.

const HEADINGS = 'h1, h2, h3';
const CHANGES: MutationObserverInit = { childList: true, subtree: true, attributeFilter: ['disabled'] };

/** An element and its ancestors, from the inside out, through shadow roots. */
export type FocusPath = readonly EventTarget[];

/** The element that has the focus, through shadow roots: not the host that hides it. */
function focused(): HTMLElement | null {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element instanceof HTMLElement ? element : null;
}

function pathOf(element: Node | null): FocusPath {
  const around: EventTarget[] = [];
  for (let node = element; node; node = node.parentNode ?? (node as ShadowRoot).host ?? null) around.push(node);
  return around;
}

/**
 * Remembers what has the focus now, to give it back later. A button that waits for its own act has lost it and still
 * counts.
 */
export const focusPath = (): FocusPath => (isLost() && path[0] !== left ? path : pathOf(focused()));

/** The element that was focused last, and its ancestors, from the inside out. */
let path: FocusPath = [];
/** An element that the person has left by a click elsewhere: the focus does not go back to it. */
let left: EventTarget | null = null;
let looking = false;
const changes = new MutationObserver(() => later());

const isDisabled = (element: Element): boolean => element.matches(':disabled');
const isLost = (): boolean => (focused() ?? document.body) === document.body;

/** After the change has been drawn and a dialog has given the focus back. */
function later(): void {
  if (looking) return;
  looking = true;
  requestAnimationFrame(() => {
    looking = false;
    look();
  });
}

function look(): void {
  const [was] = path;
  if (!(was instanceof HTMLElement) || !isLost()) return;
  if (!was.isConnected) landingIn(path.slice(1))?.focus({ preventScroll: true });
  // A button that waits for its own act has the focus again when it may be pressed again.
  else if (!isDisabled(was) && left !== was) was.focus({ preventScroll: true });
}

/** The first heading, or main itself, of the innermost thing that is still there. */
function landingIn(around: FocusPath): HTMLElement | null {
  for (const place of around) {
    if (!(place instanceof Element || place instanceof ShadowRoot) || !place.isConnected) continue;
    const heading = place.querySelector<HTMLElement>(HEADINGS);
    if (heading) {
      heading.tabIndex = -1;
      return heading;
    }
    if (place instanceof HTMLElement && place.localName === 'main') return place;
  }
  return null;
}

function remember(around: FocusPath): void {
  path = around;
  left = null;
  changes.disconnect();
  for (const root of around)
    if (root instanceof ShadowRoot || root instanceof Document) {
      changes.observe(root, CHANGES);
      hear(root);
    }
}

const heard = new WeakSet<Node>();

/** A move within a shadow root is announced only there. */
function hear(root: ShadowRoot | Document): void {
  if (heard.has(root)) return;
  heard.add(root);
  root.addEventListener('focusin', (event) => {
    const [now] = event.composedPath();
    if (now instanceof Node) remember(pathOf(now));
  });
  root.addEventListener('focusout', (event) => {
    const [was] = event.composedPath();
    // A button that is disabled by its own act loses the focus; it may be enabled again before anybody has looked.
    if (!(was instanceof Element) || isDisabled(was)) return;
    left = was;
    // Whether it was taken out shows only afterwards.
    setTimeout(() => {
      if (path[0] === was && was.isConnected && !isDisabled(was) && isLost()) remember([]);
    });
  });
}

/** Takes care from now on, for the whole document. */
export const keepFocus = (): void => hear(document);

/** Gives the focus back: at once where it can be had, else when it can, or to what stands in its place. */
export function giveFocusBack(around: FocusPath): void {
  const [element] = around;
  if (!(element instanceof HTMLElement)) return;
  remember(around);
  element.focus();
  later();
}

/** For content that is shown once and must be read: its heading gets the focus as soon as it is there. */
export function focusHeading(root: DocumentFragment | HTMLElement): void {
  landingIn([root])?.focus();
}
