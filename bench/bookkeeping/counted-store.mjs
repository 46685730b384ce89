/**
 * A store that counts its writes by what they are for: `waits`, `steward`, `verdicts`, `values`.
 *
 * @param isOn  False: nothing of waits is written.
 */
export function countedStore(store, keys, { isOn, writes }) {
  const depth = keys.waits().length - 1;
  const write = (key, make) => {
    const kind = key[depth];
    if (kind === 'waits' && !isOn) return nothing;
    writes[kind] = (writes[kind] ?? 0) + 1;
    return make();
  };
  return {
    ...store,
    put: (key, value, options) => write(key, () => store.put(key, value, options)),
    delete: (key, options) => write(key, () => store.delete(key, options)),
  };
}

const nothing = Promise.resolve({ ok: true, rev: 'not written' });
