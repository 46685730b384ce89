import { Option } from 'commander';
import { stringify } from 'yaml';

/** The `-o` option that every listing has. */
export function outputOption(): Option {
  return new Option('-o, --output <format>', 'how to print').choices(['table', 'json', 'yaml']).default('table');
}

/** Write a listing as the user asked for. */
export function formatListing(data: unknown, format: string, table: () => string): string {
  if (format === 'json') return `${JSON.stringify(data, null, 2)}\n`;
  if (format === 'yaml') return stringify(data);
  return table();
}
