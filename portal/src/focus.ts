// Where the focus is, through shadow roots; a dialog gives it back when it goes.

/** The element that has the focus, not the host that hides it. */
export function focused(): HTMLElement | null {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element instanceof HTMLElement ? element : null;
}
