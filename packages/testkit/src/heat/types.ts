import type { Json } from '@heddle/core';

/** A stack to be created. */
export interface StackRequest {
  /** Text of a template that Heat accepts, JSON or YAML. */
  readonly template: string;
  /** Values of its parameters. @default none */
  readonly parameters?: Readonly<Record<string, Json>>;
  /** Texts of the files that get_file names, by URL or path as written in the template. @default none */
  readonly files?: Readonly<Record<string, string>>;
  readonly stackName: string;
}

/** What Heat asks Nova to make. */
export interface ServerRequest {
  /** Nova's id of the server. */
  readonly id: string;
  /** Name of the server; Heat makes one up unless the template has one. */
  readonly name: string;
  /** Name of the resource in the template; of a member of a group the group's name, a dot and the member's name (`client.0`). */
  readonly resource: string | null;
  readonly userData: string;
  readonly flavor: string;
  readonly image: string;
  readonly metadata: Readonly<Record<string, Json>>;
}

/** What became of a server. */
export type ServerReport =
  | { readonly id: string; readonly status: 'ACTIVE'; readonly address: string }
  | { readonly id: string; readonly status: 'ERROR'; readonly fault: string };

/** A signal as it arrives at Heat's API. */
export interface Signal {
  readonly stackId: string;
  /** Name of the wait-condition handle. */
  readonly resource: string;
  /** Of the header X-Auth-Token, or the signature of a CloudFormation handle's URL. */
  readonly token: string | null;
  readonly details: Json;
}

/** A user who asks Keystone for a token. */
export interface Credentials {
  /** Id of the user. */
  readonly user: string;
  readonly password: string;
  /** Id of the project. */
  readonly project: string;
}

/** Heat's answer to a signal. */
export interface SignalAnswer {
  /** 200, 400 (not understood), 401 (the token is not the handle's), 404, or 503 once the engine has ended. */
  readonly status: number;
  readonly error: string | null;
}

export interface ResourceState {
  readonly type: string;
  /** `CREATE_COMPLETE`, `CREATE_FAILED`, `INIT_COMPLETE` (never begun) ... */
  readonly state: string;
  readonly reason: string;
}

/** How the creation of a stack ended. */
export interface StackResult {
  /** `CREATE_COMPLETE` or `CREATE_FAILED`. */
  readonly state: string;
  readonly reason: string;
  readonly resources: Readonly<Record<string, ResourceState>>;
  /** The template's outputs; null where a value could not be resolved, and `unresolved` says why. */
  readonly outputs: Readonly<Record<string, Json>>;
  readonly unresolved: Readonly<Record<string, string>>;
}

/** An output of a stack, as Heat's API tells it. */
export interface StackOutput {
  readonly output_key: string;
  readonly output_value: Json;
  /** Why it has no value. */
  readonly output_error?: string;
}
