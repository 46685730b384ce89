import { type Data, ExactNumber } from './data.ts';

// The patterns are those of PyYAML's resolver, which reads a template in Heat; YAML 1.2 and the other readers of 1.1 differ.
const booleans = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const truths = /^(?:yes|true|on)$/i;
const nulls = /^(?:~|null|Null|NULL|)$/;
const floats =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)$/;
const infinities = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const integers =
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;

/** What an unquoted scalar means, or why Heat cannot read it. */
export type PlainScalar = { readonly data: Data } | { readonly fault: string };

/** Read an unquoted scalar as Heat's YAML reader does: `yes` is true, `0755` is 493, `1:30` is 90, `1e3` and dates are text. */
export function readPlainScalar(text: string): PlainScalar {
  if (booleans.test(text)) return { data: truths.test(text) };
  if (nulls.test(text)) return { data: null };
  if (integers.test(text)) return { data: integer(text.replaceAll('_', '')) };
  if (floats.test(text)) return float(text.replaceAll('_', ''));
  if (infinities.test(text)) return { fault: `${text} is no number that JSON has: write "${text}"` };
  if (text === '=' || text === '<<' || text.startsWith('?'))
    return { fault: `Heat cannot read an unquoted ${text}: write "${text}"` };
  return { data: text };
}

function integer(text: string): Data {
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/.exec(text) ?? [];
  const value = digits.includes(':') ? sexagesimal(digits) : BigInt(octal(digits));
  return number(sign === '-' ? -value : value);
}

/** A leading zero makes it octal. */
function octal(digits: string): string {
  return /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
}

function sexagesimal(text: string): bigint {
  return text.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n);
}

function number(value: bigint): Data {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : new ExactNumber(String(value));
}

/** The types that a scalar may be tagged with, besides text. */
export type ScalarType = 'null' | 'bool' | 'int' | 'float';

/** Read a scalar that its tag gives a type: `!!float 1` is 1.0, `!!int "0755"` is 493. */
export function readTaggedScalar(type: ScalarType, text: string): PlainScalar {
  const number = text.replaceAll('_', '');
  switch (type) {
    case 'null':
      return { data: null };
    case 'bool':
      if (booleans.test(text.toLowerCase())) return { data: truths.test(text) };
      break;
    case 'int':
      if (integers.test(number)) return { data: integer(number) };
      break;
    case 'float':
      if (floats.test(number) || /^[-+]?\d+(?:e[-+]?\d+)?$/i.test(number)) return float(number);
  }
  return { fault: `Heat cannot read ${JSON.stringify(text)} as !!${type}` };
}

/** A float stays one, also a whole one: Python writes 1.0 where JSON.stringify writes 1. */
function float(text: string): PlainScalar {
  const parts = text.replace(/^[-+]/, '').split(':');
  const size = parts.reduce((sum, part) => sum * 60 + Number(part === '.' ? '0' : part), 0);
  const value = text.startsWith('-') ? -size : size;
  return exactFloat(value, text);
}

/** A JSON number as JSON writes it; whole floats and large integers keep their text. */
export function readJsonNumber(text: string): PlainScalar {
  if (/^-?\d+$/.test(text)) return { data: number(BigInt(text)) };
  return exactFloat(Number(text), text);
}

function exactFloat(value: number, written: string): PlainScalar {
  if (!Number.isFinite(value)) return { fault: `${written} is larger than any number: write it as text in quotes` };
  if (Object.is(value, -0)) return { data: new ExactNumber('-0.0') };
  const text = JSON.stringify(value);
  return { data: /^-?\d+$/.test(text) ? new ExactNumber(`${text}.0`) : value };
}
