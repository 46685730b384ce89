/** The series of Chef that the shim works with; it refuses every other (gem/lib/heddle/chef/supported.rb). */
export const supportedSeries = { oldest: 17, newest: 18 } as const;
