/** Something that can be stopped. */
export interface Stoppable {
  dispose(): void;
}

/** Listeners of an event, called in the order in which they were added. */
export class Listeners<T> {
  private readonly all = new Set<(news: T) => void>();

  readonly add = (listener: (news: T) => void): Stoppable => {
    const own = (news: T) => {
      listener(news);
    };
    this.all.add(own);
    return { dispose: () => void this.all.delete(own) };
  };

  tell(news: T): void {
    for (const listener of [...this.all]) listener(news);
  }

  clear(): void {
    this.all.clear();
  }
}
