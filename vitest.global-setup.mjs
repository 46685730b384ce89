import { findStale } from './scripts/join-modules.mjs';

/** Tests start the command itself, which is not to be another one than the compiled sources. */
export default function checkBuild() {
  const stale = findStale();
  if (stale.length > 0) throw new Error(`not joined since they were compiled: ${stale.join(', ')}; run npm run build`);
}
