export { type Chain, type ChainOptions, type ChainStep, runChain } from './chain.ts';
export { type Cloud, type CloudEvent, type CloudOptions, controlMachine, createCloud } from './cloud.ts';
export { type HeatEngine, type HeatOptions, startHeat } from './engine.ts';
export { callHeatFunctions, type FunctionAnswer, type FunctionCall } from './functions.ts';
export { keystoneApi } from './keystone-api.ts';
export { signalApi } from './signal-api.ts';
export type {
  Credentials,
  ResourceState,
  ServerReport,
  ServerRequest,
  Signal,
  SignalAnswer,
  StackOutput,
  StackRequest,
  StackResult,
} from './types.ts';
export { type Validation, type ValidationRequest, validateWithHeat } from './validate.ts';
