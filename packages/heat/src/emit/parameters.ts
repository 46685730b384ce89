import type { DataMap } from '../read/data.ts';
import type { EmitOptions } from './options.ts';
import { packageLines } from './packages.ts';

/** The parameters that the emitted template has besides those of the user. */
export function heddleParameters({ store, bundle, content, packages = {} }: EmitOptions): DataMap {
  const lines = packageLines(packages);
  return {
    heddle_store: hidden(parameter('URL of the store through which the machines exchange values', store)),
    heddle_epoch: parameter('The epoch that heddle seed has printed', '1'),
    heddle_store_ca: parameter(
      'Certificates (PEM) by which the machines know the store of an encrypted connection',
      '',
    ),
    heddle_credentials: {
      type: 'json',
      description: 'Who each machine is to the store, by node, as heddle seed has written it',
      default: {},
      hidden: true,
    },
    heddle_bundle_url: hidden(parameter('Where the machines fetch Heddle', bundle?.url)),
    heddle_bundle_sha256: parameter('Digest of the bundle', bundle?.sha256),
    ...(content === undefined
      ? {}
      : {
          heddle_content_url: hidden(
            parameter('Where the machines fetch cookbooks and playbooks (.tar.gz)', content.url),
          ),
          heddle_content_sha256: parameter('Digest of the cookbooks and playbooks', content.sha256),
        }),
    ...(lines === ''
      ? {}
      : {
          heddle_packages: hidden(parameter('Where the machines get the tools that they lack, a source a line', lines)),
        }),
  };
}

/** A URL may hold a password or a signature: Heat shows it to nobody who looks at the stack. */
function hidden(data: DataMap): DataMap {
  return { ...data, hidden: true };
}

function parameter(description: string, value: string | undefined): DataMap {
  return { type: 'string', description, ...(value === undefined ? {} : { default: value }) };
}
