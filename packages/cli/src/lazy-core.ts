/** What commands inside a role use of core once they need it: a name that nobody asks for is not in the bundle. */
export { errorFromData, HeddleError, parseDuration, suggest } from '@heddle/core';
