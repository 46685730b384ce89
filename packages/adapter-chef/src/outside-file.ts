import { rubyString, shimFile } from './wrapper-config.ts';

/** The first line of a file that `heddle chef install` wrote; no other file is overwritten or removed. */
const firstLine = '# Written by heddle chef install; heddle chef uninstall removes it.';

/**
 * Write the configuration snippet by which a Chef run that nobody wraps takes part in a deployment.
 *
 * @param socket  Where the node's agent serves, absolute.
 */
export function outsideFile(socket: string): string {
  return `${firstLine}
#
# Every chef-solo and chef-client run with the configuration beside this folder is a run of a Heddle role: it asks the agent of
# this machine to be let in. HEDDLE_ROLE says which role; without it, it is the one whose turn comes next.
#
# Without a running agent such a run ends with an error before it changes anything. It could go on, with the cookbooks' own
# defaults for what other machines provide, and nobody would see the difference until something talks to the wrong address.
#
#   HEDDLE_OFF=1 chef-solo ...   one run that has nothing to do with Heddle
#   chef-solo -c /other/solo.rb  runs with the configuration of another folder do not read this file
unless ENV['HEDDLE_OFF'] == '1'
  shim = ${rubyString(shimFile())}
  unless File.file?(shim)
    warn "heddle: [tool-missing] Heddle is not where it was when it wrote #{__FILE__}: heddle chef install writes it anew, HEDDLE_OFF=1 goes on without"
    exit!(2)
  end
  require shim
  Heddle::Chef.join(self, socket: ${rubyString(socket)})
end
`;
}

/** True for a text that `outsideFile` wrote, also that of another version. */
export function isOutsideFile(text: string): boolean {
  return text.startsWith(`${firstLine}\n`);
}
