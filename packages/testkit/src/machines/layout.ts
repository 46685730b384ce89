/** File in each root that holds the machine's token: random text, different for every start. */
export const tokenFile = '/.heddle-machine';

/** Folder beside the machines' ones for the layer that they share; no machine's name starts with a dot. */
export const preparedFolder = '.prepared';

/** In a machine's folder, beside `root`: hidden, because callers keep files of their own there. */
export const workFolder = '.work';
export const initFile = '.init.sh';
