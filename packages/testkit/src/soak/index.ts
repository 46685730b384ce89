export type { MemorySlopes } from './memory.ts';
export { runSoak, type SoakOptions, type SoakReport } from './run-soak.ts';
