/**
 * Tell whether a text is a Heat template, before anything is read: `hot`, `cfn` for the format of CloudFormation, or undefined.
 *
 * A line `heat_template_version:` at the top level of YAML says so, or that key in JSON.
 */
export function templateKind(text: string): 'hot' | 'cfn' | undefined {
  if (/^["']?heat_template_version["']?\s*:/m.test(text) || isJsonWith(text, 'heat_template_version')) return 'hot';
  const isCfn = ['AWSTemplateFormatVersion', 'HeatTemplateFormatVersion'].some(
    (key) => new RegExp(`^["']?${key}["']?\\s*:`, 'm').test(text) || isJsonWith(text, key),
  );
  return isCfn ? 'cfn' : undefined;
}

function isJsonWith(text: string, key: string): boolean {
  return text.trimStart().startsWith('{') && text.includes(`"${key}"`);
}
