export { checkRegister, type Violation } from './check-register.ts';
export {
  describeOperation,
  type RegisterAction,
  type RegisterOperation,
  type Version,
  type WriteEnd,
} from './history.ts';
export { type Recorder, type Recording, type RecordOptions, recordHistories } from './record-histories.ts';
