export * from './errors/codes.ts';
export * from './errors/format.ts';
export * from './errors/heddle-error.ts';
export * from './expressions/choose.ts';
export * from './expressions/evaluate.ts';
export * from './expressions/expression.ts';
export { isDigestAlgorithm } from './expressions/functions/digest.ts';
export { urlParts } from './expressions/functions/make-url.ts';
export * from './expressions/functions/names.ts';
export * from './expressions/parse.ts';
export * from './expressions/references.ts';
export * from './expressions/syntax.ts';
export * from './paths/attribute-path.ts';
export { findAdapterKey } from './plan/adapter-key.ts';
export * from './plan/changes.ts';
export * from './plan/compile.ts';
export * from './plan/digest.ts';
export { maxGroupSize, outputKeys, roleKeys } from './plan/document.ts';
export { expectedPlan } from './plan/expected.ts';
export * from './plan/found-values.ts';
export * from './plan/graph.ts';
export * from './plan/growth.ts';
export * from './plan/meant-path.ts';
export { namedAdapters } from './plan/named-adapters.ts';
export * from './plan/names.ts';
export * from './plan/plan.ts';
export * from './plan/plan-schema.ts';
export * from './plan/problems.ts';
export * from './plan/schemas.ts';
export * from './plan/slice.ts';
export { readSource } from './plan/source.ts';
export { addStartRoles, factsRole, factsRoleOf, factWords, inOrder, toldOutputs } from './plan/start-roles.ts';
export {
  type AdapterTraits,
  addImplicitOutputs,
  type FactsTrait,
  findPeer,
  peerMembers,
  type Traits,
} from './plan/traits.ts';
export { type RoleOptions, readsPeers, toldOptions, traitsInUse } from './plan/traits-in-use.ts';
export * from './records/abort-record.ts';
export type { IncarnationRecord } from './records/incarnation-record.ts';
export * from './records/retry-record.ts';
export * from './records/role-record.ts';
export * from './records/scale-record.ts';
export * from './records/verdict-record.ts';
export * from './records/wait-record.ts';
export * from './runtime/abort/abort-epoch.ts';
export * from './runtime/abort/abort-signal.ts';
export * from './runtime/abort/aborted-error.ts';
export * from './runtime/access/access-plan.ts';
export type { AccessMode } from './runtime/access/grant.ts';
export { type FetchedCredentials, fetchCredentials } from './runtime/access/group-credentials.ts';
export * from './runtime/capabilities.ts';
export { closeEpoch, type TellCorrupt } from './runtime/close-epoch.ts';
export * from './runtime/closed-epoch-error.ts';
export * from './runtime/declare-lost.ts';
export {
  currentEpoch,
  type Epoch,
  type Isolation,
  missingEpochError,
  openEpoch,
  parse,
  readSlice,
} from './runtime/epoch.ts';
export * from './runtime/explain-denied.ts';
export { cutChunks } from './runtime/gather/cut-chunks.ts';
export type { GatheredMember, GatherHead } from './runtime/gather/gather-head.ts';
export * from './runtime/node-session.ts';
export * from './runtime/publish.ts';
export * from './runtime/random-id.ts';
export * from './runtime/read-why.ts';
export * from './runtime/recall-values.ts';
export * from './runtime/remove-closed-epochs.ts';
export * from './runtime/rerun/due-roles.ts';
export * from './runtime/rerun/outgrown-roles.ts';
export * from './runtime/rerun/read-superseded.ts';
export * from './runtime/rerun/request-rerun.ts';
export * from './runtime/rerun/resume-epoch.ts';
export * from './runtime/rerun/revisions.ts';
export * from './runtime/rerun/select.ts';
export * from './runtime/rerun/standing.ts';
export * from './runtime/rerun/take-request.ts';
export * from './runtime/retry.ts';
export * from './runtime/role-reporter.ts';
export * from './runtime/scale/grow-epoch.ts';
export * from './runtime/scale/read-scale.ts';
export * from './runtime/start-epoch.ts';
export * from './runtime/state-follower.ts';
export { Stewardship } from './runtime/steward/stewardship.ts';
export * from './runtime/take-place.ts';
export type * from './runtime/wait/await-request.ts';
export * from './runtime/wait/await-role.ts';
export * from './runtime/wait/awaiter.ts';
export type { StaticValues } from './runtime/wait/machine-values.ts';
export * from './runtime/wait/messages.ts';
export * from './runtime/wait/missing-output.ts';
export { type StoredValue, storedValue } from './runtime/wait/output-waiter.ts';
export * from './runtime/wait/peer-input.ts';
export { RunValues } from './runtime/wait/run-values.ts';
export * from './store/access.ts';
export * from './store/attempt-until.ts';
export * from './store/check-key.ts';
export * from './store/check-tls.ts';
export * from './store/connecting.ts';
export * from './store/in-parallel.ts';
export * from './store/keys.ts';
export * from './store/operation.ts';
export * from './store/prepare-write.ts';
export * from './store/queues.ts';
export * from './store/refusals.ts';
export * from './store/store.ts';
export * from './text/did-you-mean.ts';
export * from './text/run-again.ts';
export * from './text/type-words.ts';
export * from './text/url-password.ts';
export * from './time/clock.ts';
export * from './time/duration.ts';
export * from './values/envelope.ts';
export * from './values/json.ts';
export type { Packed } from './values/packed.ts';
export * from './views/conditions.ts';
export * from './views/events.ts';
export * from './views/exit-code.ts';
export type { GraphBox, GraphEdge, GraphOptions, GraphRole, GraphView } from './views/graph.ts';
export { graphView } from './views/graph.ts';
export { type Holdup, Holdups, namedOutputs, type WhyState } from './views/holdups.ts';
export * from './views/judge-conditions.ts';
export * from './views/outdated.ts';
export * from './views/plan-view.ts';
export * from './views/status.ts';
export { isAfterWait } from './views/wait-parts.ts';
export { type AskedInput, type RootKind, type WhyLink, type WhyView, whyView } from './views/why.ts';
export { unknownNode } from './views/why-target.ts';
