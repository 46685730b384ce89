import { suggest } from '@heddle/core';
import type { ReadFile } from '../classify/check-nested.ts';
import { type Hot, namedTarget } from '../model/hot.ts';
import { isFilePath } from '../model/nested.ts';
import type { Template } from '../model/template.ts';
import { type CloudInitForm, formOf, matchesText } from './cloud-init-form.ts';
import { type OwnPart, partsOfResource, propertyOf, type UserDataHolder } from './config-parts.ts';

/** A format in which Heat hands user data on. */
export type EmittedFormat = 'RAW' | 'SOFTWARE_CONFIG';

/** User data that the template itself gives a server: the parts of a MIME archive, in order; none when there is none. */
export interface OwnUserData {
  readonly format: EmittedFormat;
  /** As the parts of an `OS::Heat::MultipartMime`. */
  readonly parts: readonly OwnPart[];
}

const formats: readonly string[] = ['HEAT_CFNTOOLS', 'RAW', 'SOFTWARE_CONFIG'];
const cfnTools = /\bcfn-(?:init|signal|hup|get-metadata|push-stats)\b|\/heat-cfntools\b/;
const beyondAscii = /[^\0-\x7f]/;

/** Reads the user data that servers with roles have already; what cannot go with that of Heddle is E_USERDATA. */
export class OwnUserDataReader {
  readonly warnings: string[] = [];
  readonly #template: Template;
  readonly #readFile: ReadFile | undefined;

  constructor(template: Template, readFile: ReadFile | undefined) {
    this.#template = template;
    this.#readFile = readFile;
  }

  read(server: UserDataHolder): OwnUserData {
    const format = this.#format(server);
    const written = propertyOf(server, 'user_data');
    const emitted = format === 'SOFTWARE_CONFIG' ? format : 'RAW';
    if (written === undefined || isEmpty(written)) return { format: emitted, parts: [] };
    const parts = server.isShared ? this.#sharedPart(server, written, format) : this.#parts(server, written, format);
    if (emitted === 'SOFTWARE_CONFIG' && !server.isShared) this.#refuseBeyondAscii(parts, archiveSpoils);
    return { format: emitted, parts };
  }

  #format(server: UserDataHolder): string {
    const written = propertyOf(server, 'user_data_format');
    if (written === undefined || isEmpty(written)) return 'HEAT_CFNTOOLS';
    if (written.kind !== 'literal' || typeof written.data !== 'string') {
      this.#report(written, 'user_data_format is computed, and what is emitted depends on it: write out RAW');
    } else if (!formats.includes(written.data)) {
      const text = `there is no user_data_format "${written.data}"${suggest(written.data, formats, 'there are')}`;
      this.#report(written, text);
    } else return written.data;
    return 'RAW';
  }

  #parts(server: UserDataHolder, written: Hot, format: string): readonly OwnPart[] {
    if (written.kind === 'call' && written.name === 'get_resource') {
      return partsOfResource(server, written, {
        template: this.#template,
        report: (at, text) => this.#report(at, text),
      });
    }
    if (this.#isMissingFile(written)) return [];
    const form = formOf(written, this.#readFile);
    if (format === 'HEAT_CFNTOOLS') this.#checkCfnTools(server, written, form);
    else if (form === 'none') {
      const text = `cloud-init does not read it: ${knownForms}; Heddle starts through cloud-init`;
      this.#report(written, text);
    } else if (form === 'unknown') {
      const text = 'how it begins is not known here: it becomes one part, in which cloud-init does not look for MIME';
      this.#warn(written, text);
    }
    if (form === 'mime') return [this.#archive(written)];
    return [{ data: { config: written.data }, text: written }];
  }

  /** Part of a text that is JSON: there cloud-init reads no archives, and Heat writes some characters as two. */
  #sharedPart(server: UserDataHolder, written: Hot, format: string): readonly OwnPart[] {
    const isResource = written.kind === 'call' && written.name === 'get_resource';
    const form = isResource ? 'other' : formOf(written, this.#readFile);
    if (form === 'script' || form === 'cloud-config') {
      const parts = this.#parts(server, written, format);
      this.#refuseBeyondAscii(parts, membersSpoil);
      return parts;
    }
    if (this.#isMissingFile(written)) return [];
    const text = `the members of "${server.name}" share it with what Heddle adds, so it has to begin with #! or #cloud-config, and to stand here or in a file`;
    this.#report(written, text);
    return [];
  }

  #isMissingFile(written: Hot): boolean {
    const file = written.kind === 'call' && written.name === 'get_file' ? namedTarget(written) : undefined;
    if (file === undefined || this.#readFile === undefined || !isFilePath(file)) return false;
    if (this.#readFile(file) !== undefined) return false;
    this.#template.source.report(written.at, 'E_REF', `there is no file "${file}"`);
    return true;
  }

  /** Heat gives user data of this format to its own tools, which run it as a script: cloud-init has to get it instead. */
  #checkCfnTools(server: UserDataHolder, written: Hot, form: CloudInitForm): void {
    const isDefault = propertyOf(server, 'user_data_format') === undefined;
    const named = `user_data_format is HEAT_CFNTOOLS${isDefault ? ' by default' : ''}`;
    if (form !== 'script' && form !== 'cloud-config') {
      const what =
        form === 'unknown' ? 'how this begins is not known here' : 'this begins neither with #! nor with #cloud-config';
      this.#report(written, `${named}, and ${what}: write user_data_format: RAW if cloud-init shall read it`);
      return;
    }
    if (!matchesText(written, cfnTools, this.#readFile)) return;
    const text = `${named} and becomes RAW, so the tools of heat-cfntools that this names get no data from Heat`;
    this.#warn(written, text);
  }

  /** A MIME archive as text: Heat takes it apart, and forgets how its parts are encoded. */
  #archive(written: Hot): OwnPart {
    if (matchesText(written, /^content-transfer-encoding:\s*(?:base64|quoted-printable)/im, this.#readFile)) {
      const text = 'Heat does not decode the parts of a MIME archive that is text: write it as OS::Heat::MultipartMime';
      this.#report(written, text);
    }
    return { data: { config: written.data, type: 'multipart' }, text: written };
  }

  #refuseBeyondAscii(parts: readonly OwnPart[], why: string): void {
    for (const { text } of parts) {
      if (text === undefined || !matchesText(text, beyondAscii, this.#readFile)) continue;
      this.#report(text, `${why}: write those characters in another way`);
    }
  }

  #report({ at }: Hot, text: string): void {
    this.#template.source.report(at, 'E_USERDATA', text);
  }

  #warn({ at }: Hot, text: string): void {
    this.warnings.push(this.#template.source.warning(at, 'W_USERDATA', text));
  }
}

const archiveSpoils =
  'Heat spoils text with other characters than ASCII in the parts of user data of format SOFTWARE_CONFIG';
const membersSpoil =
  'Heat and cloud-init spoil text with other characters than ASCII in user data that members of a group share';
const knownForms = 'a text begins with #!, #cloud-config or another header that cloud-init knows';

function isEmpty({ data }: Hot): boolean {
  return data === null || data === '';
}
