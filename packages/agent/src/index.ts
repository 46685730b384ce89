export * from './adapters/adapter.ts';
export * from './adapters/registry.ts';
export * from './agent.ts';
export type { MachineEntry } from './child/child-run.ts';
export { findSurvivors, killQuietly, killSurvivors, runVariable } from './child/survivors.ts';
export * from './events/events.ts';
export { protocolVersion } from './socket/server.ts';
export type { RoleOutcome } from './role/role-run.ts';
export * from './stores/open-store.ts';
