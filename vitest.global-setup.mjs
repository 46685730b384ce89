import { joinStale } from './scripts/join-modules.mjs';

/** Tests start the command itself, which is not to be another one than was compiled last. */
export default joinStale;
