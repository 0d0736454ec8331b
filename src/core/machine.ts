/** What programs go by to find what is kept on this machine. */
export interface Machine {
  readonly env: Environment;
  /** The user's home directory. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

/** Variables of the environment, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;
