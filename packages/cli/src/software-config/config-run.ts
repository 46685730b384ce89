import type { Json } from '@heddle/core';

/** One run of a configuration, without any value. */
export interface ConfigRun {
  readonly group: 'script' | 'ansible';
  readonly deployment: string;
  readonly errors: readonly string[];
  readonly options: ToolOptions;
  /** The folder of the content, absolute. */
  readonly directory: string;
  /** The name that the script knows, and the path of the role's input. */
  readonly inputs: readonly { readonly name: string; readonly path: string }[];
  /** The node's output, and where its value comes from: `outputs`, NAME for a file, or an attribute of every deployment. */
  readonly outputs: readonly { readonly name: string; readonly path: readonly string[] }[];
}

/** What a configuration of the group ansible may say. */
export interface ToolOptions {
  readonly tags?: string | undefined;
  readonly skip_tags?: string | undefined;
  readonly modulepath?: string | undefined;
  readonly callback_plugins?: string | undefined;
  readonly inventory?: string | undefined;
}

/** A value as text: text as it is, null as none, anything else as JSON. */
export function textOf(value: Json): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
