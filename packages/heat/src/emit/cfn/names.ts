/** The name of the wait condition's handle that is added for a server. */
export function handleName(resource: string): string {
  return `heddle_handle_${resource}`;
}

/** The name of the wait condition that is added for a server. */
export function waitName(resource: string): string {
  return `heddle_wait_${resource}`;
}
