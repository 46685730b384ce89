import { type Alias, type Document, isAlias, isNode, type Node, visit } from 'yaml';

/** What the aliases of a document stand for. */
export interface Aliases {
  readonly targets: ReadonlyMap<Alias, Node>;
  /** Anchors that stand a second time: Heat refuses them. */
  readonly duplicates: readonly { readonly anchor: string; readonly offset: number }[];
}

/** Find out in one pass what each alias stands for; the library's own way is a pass for each. */
export function findAliases(document: Document): Aliases {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  const duplicates: { anchor: string; offset: number }[] = [];
  visit(document, (_, node) => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
      return;
    }
    if (!isNode(node)) return;
    const { anchor } = node as { readonly anchor?: string };
    if (anchor === undefined) return;
    if (anchors.has(anchor)) duplicates.push({ anchor, offset: node.range?.[0] ?? 0 });
    anchors.set(anchor, node);
  });
  return { targets, duplicates };
}
