"""Write src/model/heat-attributes.ts and src/model/attribute-kinds.ts: the attributes of every resource type, as the installed Heat has them.

Run with the interpreter that Debian's python3-heat belongs to: /usr/bin/python3 packages/heat/scripts/gen-attributes.py
"""

import json
import pathlib

from heat.common import config  # noqa: F401  registers the options
from heat.common import exception
from oslo_config import cfg

cfg.CONF([], project="heat")
cfg.CONF.set_default("environment_dir", "/nonexistent")
cfg.CONF.set_default("template_dir", "/nonexistent")

from heat.engine import resources  # noqa: E402

resources.initialise()
known = resources.global_env()
types = {}
kinds = {}
for name in sorted(known.get_types(None)):
    try:
        cls = known.get_class(name)
    except exception.TemplateNotFound:  # a type that is only another template
        continue
    schemata = {**cls.base_attributes_schema, **cls.attributes_schema}
    types[name] = sorted(schemata)
    # What Heat says nothing of is text with most types.
    kinds[name] = [f"{one}:{schemata[one].type}" for one in sorted(schemata) if schemata[one].type not in (None, "String")]

lines = [f"  '{name}': '{' '.join(attributes)}'," for name, attributes in types.items()]
text = """// Written by scripts/gen-attributes.py from Heat 19; do not edit.
// biome-ignore format: one line a type
const attributes: Readonly<Record<string, string>> = {
%s
};

const namesByType = new Map(Object.entries(attributes).map(([type, names]) => [type, names.split(' ')]));

/** The attributes of a resource type in Heat; undefined for a type that Heat itself does not have, such as a template. */
export function heatAttributes(type: string): readonly string[] | undefined {
  return namesByType.get(type);
}
""" % "\n".join(lines)
pathlib.Path(__file__).parent.parent.joinpath("src/model/heat-attributes.ts").write_text(text)

lines = [f"  '{name}': '{' '.join(found)}'," for name, found in kinds.items() if found and found != ["show:Map"]]
text = """// Written by scripts/gen-attributes.py from Heat 19; do not edit.
// biome-ignore format: one line a type
const kinds: Readonly<Record<string, string>> = {
%s
};

/** What an attribute of a resource is in Heat; undefined for a map or a list, which no text can carry. What Heat does not tell is taken for text. */
export function kindOfAttribute(type: string, attribute: string): 'text' | 'number' | 'boolean' | undefined {
  if (attribute === 'show') return undefined;
  const found = Object.hasOwn(kinds, type) ? kinds[type]?.split(' ') : undefined;
  const kind = found?.find((one) => one.startsWith(`${attribute}:`))?.slice(attribute.length + 1);
  if (kind === undefined) return 'text';
  return kind === 'Integer' ? 'number' : kind === 'Boolean' ? 'boolean' : undefined;
}
""" % "\n".join(lines)
pathlib.Path(__file__).parent.parent.joinpath("src/model/attribute-kinds.ts").write_text(text)
print(f"{len(types)} types")
