declare module 'heddle:embedded-files' {
  /** The texts of the files that the bundle carries, by path below its folder. */
  export const embeddedFiles: Readonly<Record<string, string>>;
}

/** The version of the command that the bundle holds. */
declare const HEDDLE_VERSION: string;
