// Who writes "/" or "@" in a password without encoding it has a URL whose parts nobody can tell apart for sure, so all that
// stands before the last "@" is taken for user and password.
const userPart = /^([^:]*:\/{0,2})(.*)@/s;

/**
 * Hide the password of a URL, for messages; the user stays when there is a password beside it.
 *
 * An `embedded:` folder is no such URL: it has none.
 */
export function withoutPassword(url: string): string {
  if (url.startsWith('embedded:')) return url;
  return url.replace(userPart, (_whole, scheme: string, user: string) => {
    const colon = user.indexOf(':');
    return colon === -1 ? `${scheme}***@` : `${scheme}${user.slice(0, colon)}:***@`;
  });
}

/** Take user and password out of a URL, for who has credentials of its own. */
export function withoutUser(url: string): string {
  return url.startsWith('embedded:') ? url : url.replace(userPart, '$1');
}

/** The password that stands in a URL, as it is written there; undefined when there is none. */
export function passwordOf(url: string): string | undefined {
  const user = url.startsWith('embedded:') ? undefined : userPart.exec(url)?.[2];
  const colon = user?.indexOf(':') ?? -1;
  return user === undefined || colon === -1 ? undefined : user.slice(colon + 1);
}
