import { HeddleError, type OperationName, operationAmbiguous } from '@heddle/core';

/** What an operation of a connection is about. */
export interface RequestBody<T> {
  readonly name: OperationName;
  /** Writes of one key land in the order in which they were asked for. */
  readonly writes: string | undefined;
  /** True for what is tied to the session: it cannot be sent again on another one. */
  readonly isLiveness: boolean;
  readonly timeoutMs: number;
  /** Done where the store is, at one moment. */
  execute(session: number): T;
}

/** One operation on its way: to the store, done there, and back. */
export class Request<T> {
  readonly body: RequestBody<T>;
  readonly answer: Promise<T>;
  isSent = false;
  isOver = false;
  #outcome: (() => T) | undefined;
  #resolve: (value: T) => void = () => undefined;
  #reject: (error: HeddleError) => void = () => undefined;
  #onOver: (end: string) => void = () => undefined;

  constructor(body: RequestBody<T>) {
    this.body = body;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get hasLanded(): boolean {
    return this.#outcome !== undefined;
  }

  /** Call this once it is over, with what came of it as text. */
  whenOver(then: (end: string) => void): void {
    this.#onOver = then;
  }

  /** Do it, once, for the session on which it was sent; the answer may get lost. */
  land(session: number): void {
    if (this.#outcome !== undefined) return;
    try {
      const value = this.body.execute(session);
      this.#outcome = () => value;
    } catch (error) {
      this.#outcome = () => {
        throw error;
      };
    }
  }

  /** Let it be done anew, as a read that is repeated. */
  forget(): void {
    this.#outcome = undefined;
  }

  /** Hand the answer to the caller. */
  finish(): void {
    if (this.isOver || this.#outcome === undefined) return;
    try {
      const value = this.#outcome();
      this.#end('answered');
      this.#resolve(value);
    } catch (error) {
      this.#end((error as HeddleError).code);
      this.#reject(error as HeddleError);
    }
  }

  fail(error: HeddleError): void {
    if (this.isOver) return;
    this.#end(error.code);
    this.#reject(error);
  }

  /** There was no answer: of a write that was sent nobody can say whether it happened. */
  failUnanswered(why: string): void {
    const { name, writes } = this.body;
    const error = new HeddleError('unavailable', `${name.name}: ${why}`, { details: { key: name.key } });
    this.fail(writes !== undefined && this.isSent ? operationAmbiguous(name, error) : error);
  }

  #end(end: string): void {
    this.isOver = true;
    this.#onOver(end);
  }
}
