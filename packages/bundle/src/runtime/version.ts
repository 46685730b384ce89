/** The version of the command that this bundle holds. */
export const version: string = HEDDLE_VERSION;
