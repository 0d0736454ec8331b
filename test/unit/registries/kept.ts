/** The state of VS Code, whose content can be looked at. */
export class Kept {
  constructor(readonly values = new Map<string, unknown>()) {}
  get = (key: string): unknown => this.values.get(key);
  update = (key: string, value: unknown): Promise<void> => {
    // As VS Code keeps it: what JSON cannot say is lost.
    this.values.set(key, JSON.parse(JSON.stringify(value)));
    return Promise.resolve();
  };
}

export /** Its store of secrets. */
class KeptSecrets {
  constructor(readonly values = new Map<string, string>()) {}
  isLocked = false;
  get = (key: string): Promise<string | undefined> =>
    this.isLocked ? Promise.reject(new Error('The keyring is locked.')) : Promise.resolve(this.values.get(key));
  store = (key: string, value: string): Promise<void> => {
    if (this.isLocked) return Promise.reject(new Error('The keyring is locked.'));
    this.values.set(key, value);
    return Promise.resolve();
  };
  delete = (key: string): Promise<void> => {
    this.values.delete(key);
    return Promise.resolve();
  };
}

/** The setting, as the user has it and as a workspace does, which goes before. */
export class Setting {
  ofUserIs: unknown;
  ofWorkspaceIs: unknown;
  private readonly listeners: (() => void)[] = [];
  ofUser = () => this.ofUserIs;
  inForce = () => this.ofWorkspaceIs ?? this.ofUserIs ?? [];
  onDidChange = (listener: () => void) => {
    this.listeners.push(listener);
    return { dispose: () => undefined };
  };
  set = (connections: unknown, where: 'user' | 'workspace' = 'user'): void => {
    if (where === 'user') this.ofUserIs = connections;
    else this.ofWorkspaceIs = connections;
    for (const listener of this.listeners) listener();
  };
}
