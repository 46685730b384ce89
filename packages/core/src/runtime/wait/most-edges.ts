/**
 * How many outputs or roles, each needed by itself, a wait record names at most: the edges of the wait-for graph that it is.
 *
 * A deadlock over one beyond is not found, and ends with the deadline. A thousand nodes that each wait for a thousand roles would
 * otherwise fill the store with their names.
 */
export const mostEdges = 200;
