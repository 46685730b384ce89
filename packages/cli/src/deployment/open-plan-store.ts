import { openStore } from '@heddle/agent';
import { HeddleError, isHeddleError, type Plan, type Store } from '@heddle/core';

/**
 * Open the store of a plan; an error about a URL that the deployment file names says where it stands.
 *
 * @param url  The URL that was chosen: the file's own, or a flag's, or the environment's.
 * @throws What `openStore` throws.
 */
export async function openPlanStore(plan: Plan, url: string): Promise<Store> {
  try {
    return await openStore(url, { directory: plan.directory });
  } catch (thrown) {
    if (!isHeddleError(thrown) || plan.storePosition === undefined || url !== plan.store) throw thrown;
    const { file, line } = plan.storePosition;
    const { notes, next, details } = thrown;
    throw new HeddleError(thrown.code, `${file}:${line}: ${thrown.message}`, { notes, next, details, cause: thrown });
  }
}
