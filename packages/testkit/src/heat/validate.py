"""Validates templates with the real Heat engine, in process and without a cloud.

Reads one JSON list from standard input: [{"template": TEXT, "parameters": {...}, "files": {...}}, ...].
Writes one JSON list to standard output, one entry a template, in order:
  {"error": TEXT or null, "edges": [[RESOURCE, NEEDED], ...], "properties": {RESOURCE: {...}}, "metadata": {RESOURCE: {...}},
   "outputs": {NAME: VALUE}, "parsed": TEXT}
Properties, metadata and outputs are as Heat resolves them before anything exists: what a resource gives is null.
`parsed` is what Heat's reader makes of the text, as JSON with sorted keys: numbers are written as Python writes them, so 1 is not 1.0.

Run by /usr/bin/python3, the interpreter that Debian's python3-heat belongs to. The imports take seconds: give it many templates.
"""

import json
import logging
import os
import sys

logging.disable(logging.CRITICAL)
# Whatever Heat's modules print while they load is not the answer.
answer = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import in_process  # noqa: E402
from our_nova import Nova  # noqa: E402

from heat.common import template_format  # noqa: E402
from heat.engine import environment, stack, template  # noqa: E402


def validate(request):
    """Validate one template; an error of Heat is the answer, not the end."""
    text = None
    try:
        parsed = template_format.parse(request["template"])
        text = json.dumps(json.loads(json.dumps(parsed)), sort_keys=True)
        env = environment.Environment({"parameters": request.get("parameters", {})})
        tmpl = template.Template(parsed, files=request.get("files", {}), env=env)
        stk = stack.Stack(in_process.request_context(), "teststack", tmpl)
        stk.validate()
        edges = [[a.name, b.name] for a, b in stk.dependencies.graph().edges() if b is not None]
        return {
            "error": None,
            "edges": sorted(edges),
            "properties": {name: dict(res.properties) for name, res in stk.items()},
            "metadata": {name: resolved(res.t.metadata) for name, res in stk.items()},
            "outputs": {name: resolved(output.get_value) for name, output in stk.outputs.items()},
            "parsed": text,
        }
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}", "edges": [], "properties": {}, "metadata": {}, "outputs": {}, "parsed": text}


def resolved(read):
    """Return a value; for one that only a nested or created stack has (`resource_facade`), what Heat says."""
    try:
        return read()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


in_process.prepare("http://heat.test:8004/v1", Nova(lambda server: None))
results = [validate(request) for request in json.load(sys.stdin)]
json.dump(results, answer, default=str)
answer.close()
