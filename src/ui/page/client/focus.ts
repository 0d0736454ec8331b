/** Gives the focus back to what had it when a part of the page is drawn anew, so that the keyboard stays where it is. */
export class Focus {
  /** What had the focus, and is not drawn now: a part that is read again may come back with it. */
  private lost: Element | undefined;

  constructor(private readonly root: Element) {}

  /** Runs `draw`, which may remove what has the focus. */
  over(draw: () => void): void {
    const had = document.activeElement;
    if (had !== null && this.root.contains(had)) this.lost = had;
    draw();
    const { lost } = this;
    if (lost === undefined) return;
    if (document.activeElement !== document.body) {
      this.lost = undefined;
      return;
    }
    const again = [...this.root.querySelectorAll<HTMLElement>(lost.localName)].find(
      (one) => nameOf(one) === nameOf(lost),
    );
    if (again === undefined) return;
    this.lost = undefined;
    // Custom elements can be focused once they have drawn themselves.
    setTimeout(() => {
      again.focus();
    });
  }
}

function nameOf(one: Element): string {
  return one.getAttribute('aria-label') ?? one.getAttribute('label') ?? one.textContent;
}
