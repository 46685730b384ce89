import { type Alias, type Document, isAlias, isNode, type Node, visit } from 'yaml';

/** What the aliases of a document stand for. */
export interface Aliases {
  readonly targets: ReadonlyMap<Alias, Node>;
  /** Anchors that Heat refuses, or takes for others than the library does. */
  readonly faults: readonly { readonly offset: number; readonly message: string }[];
}

/** Names that are the same to PyYAML: to it the name of `&a:b` ends before the colon, and a text begins there. */
const anchorName = /^[\w-]+$/;

/** Find out in one pass what each alias stands for; the library's own way is a pass for each. */
export function findAliases(document: Document): Aliases {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  const faults: { offset: number; message: string }[] = [];
  visit(document, (_, node) => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
      return;
    }
    if (!isNode(node)) return;
    const { anchor } = node as { readonly anchor?: string };
    if (anchor === undefined) return;
    const offset = node.range?.[0] ?? 0;
    if (!anchorName.test(anchor))
      faults.push({ offset, message: `the anchor &${anchor} may have letters, digits, - and _ only` });
    if (anchors.has(anchor))
      faults.push({ offset, message: `the anchor &${anchor} stands here a second time, which Heat refuses` });
    anchors.set(anchor, node);
  });
  return { targets, faults };
}
