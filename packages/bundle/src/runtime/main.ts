/** What the loader of the bundle calls, with the words of the command line. */
export { run } from '@heddle/cli';
