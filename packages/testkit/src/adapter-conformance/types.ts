import type { Json } from '@heddle/core';
import type { StoreRunner } from '../store-conformance/types.ts';
import type { Place } from './place.ts';

/** The two functions of a test runner that the kit needs; it imports none itself. */
export type AdapterRunner = StoreRunner;

/** One thing that a tiny role does. Names stand for the attributes at `path(name)`. */
export type RoleStep =
  /** Assign a value to an attribute. */
  | { readonly write: string; readonly value: Json }
  /** Read an attribute and write it as JSON into a file, absolute. */
  | { readonly read: string; readonly file: string }
  /** Read an attribute, text, and print it to where the tool's output goes. */
  | { readonly print: string }
  /** Run a line of `sh`; the role fails when it fails. Counts as a change. */
  | { readonly run: string }
  /** Fail with this message. */
  | { readonly fail: string };

/** A role of a test: its steps are carried out in order, each only when the one before has ended. */
export interface TinyRole {
  /** No other role of the test has it. */
  readonly name: string;
  readonly steps: readonly RoleStep[];
  /** What attributes hold before the first step, as a default of the tool's own. Only with the knob `hasDefaults`. @default none */
  readonly defaults?: Readonly<Record<string, Json>>;
}

/** A tiny role in the language of the tool. */
export interface WrittenRole {
  /** What stands behind the adapter's name in `heddle.yaml`. */
  readonly options: Readonly<Record<string, Json>>;
  /** Path below the deployment's folder to content; one that begins with `#!` becomes executable. */
  readonly files: Readonly<Record<string, string>>;
  /** The words that somebody would type in that folder to run it without Heddle. */
  readonly command: readonly string[];
}

/** The adapter that is tested. */
export interface AdapterSubject {
  /** As `heddle.yaml` names it: `chef`, or a package. */
  readonly adapter: string;
  /** The heddle program, absolute. @default heddle on the PATH */
  readonly heddle?: string;
  /** The attribute path of a name, dotted. @default the name */
  path?(name: string): string;
  /** Write a role in the language of the tool. */
  role(role: TinyRole): WrittenRole;
  /** Make the adapter's package be found from a deployment's folder. @default it comes with Heddle */
  install?(directory: string): Promise<void>;
  /** Options for a program that is not installed. Only with the knob `hasTools`. */
  readonly withoutTool?: Readonly<Record<string, Json>>;
  /** Options that name a file which does not exist, and that file. */
  readonly withoutFile: { readonly options: Readonly<Record<string, Json>>; readonly file: string };
}

/** What differs between adapters, as data. Tests of what a tool cannot do are not defined at all. */
export interface AdapterKnobs {
  /** The tool has defaults of its own, which a run may replace. @default false */
  readonly hasDefaults?: boolean;
  /** A number, true, false or null arrives as text where it is the whole value: a limit of the tool. @default false */
  readonly readsScalarsAsText?: boolean;
  /** Reads tell the place of the reader. @default false */
  readonly namesReaders?: boolean;
  /** The run tells its steps. @default false */
  readonly tellsSteps?: boolean;
  /** It tells besides how many of them have changed something. @default false */
  readonly countsUpdates?: boolean;
  /** The adapter looks for programs: it has `requireTools`. @default false */
  readonly hasTools?: boolean;
  /** Milliseconds, > 0: the bound of each wait for something that has to happen; all that a test does has three times as long. @default 120_000 */
  readonly patienceMs?: number;
}

/** An attribute that a role provides. */
export interface SceneOutput {
  /** @default false */
  readonly sensitive?: boolean;
}

/** A tiny role with what it declares. */
export interface SceneRole extends TinyRole {
  /** Name to expression, `${peer.word}`. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, SceneOutput>>;
}

/** What one test runs: nodes with tiny roles, and a node `peer`, which the test plays itself. */
export interface Scene {
  readonly nodes: Readonly<Record<string, readonly SceneRole[]>>;
  /** @default it declares nothing */
  readonly peer?: Pick<SceneRole, 'inputs' | 'outputs'>;
}

/** Makes a scene; it gets the folder of the deployment, absolute. */
export type MakeScene = (directory: string) => Scene;

/** Defines one test in a place of its own, which is cleared away in any case. */
export type DefineAdapterTest = (title: string, scene: MakeScene, body: (place: Place) => Promise<void>) => void;

/** What every theme gets. */
export interface AdapterTheme {
  readonly runner: AdapterRunner;
  readonly subject: AdapterSubject;
  readonly knobs: Required<AdapterKnobs>;
  readonly test: DefineAdapterTest;
}
