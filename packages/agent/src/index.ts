export * from './adapters/adapter.ts';
export * from './adapters/registry.ts';
export type { TypedCommand } from './adapters/typed-command.ts';
export * from './agent.ts';
export { type Asked, type AskOptions, askProgram } from './child/ask-program.ts';
export type { MachineEntry } from './child/child-run.ts';
export { findSurvivors, killQuietly, killSurvivors, runVariable } from './child/survivors.ts';
export * from './events/events.ts';
export { machineWords, readMachineFacts } from './machine/facts.ts';
export { takeLock } from './node-lock.ts';
export type { RoleOutcome } from './role/role-run.ts';
export { declarationOf, protocolVersion } from './socket/declaration.ts';
export * from './stores/credentials.ts';
export {
  type CredentialsFile,
  credentialsContent,
  type GrantedCredentials,
  type Grantee,
  readCredentialsFile,
  readGrantee,
  writeCredentials,
} from './stores/credentials-file.ts';
export * from './stores/open-store.ts';
export { authoritiesVariable, readTls } from './stores/tls.ts';
export { makeWorkingFolder } from './working-folder.ts';
