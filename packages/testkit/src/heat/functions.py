"""Evaluates functions of Heat's templates with Heat's own code, in process and without a cloud.

Reads one JSON list from standard input: [[FUNCTION, ARGUMENT], ...], ARGUMENT being what stands behind the name in a template.
Writes one JSON list to standard output, in order: {"value": VALUE} or {"error": TEXT}. A value goes through JSON, as it does in Heat.

Run by /usr/bin/python3, the interpreter that Debian's python3-heat belongs to.
"""

import json
import logging
import os
import sys

logging.disable(logging.CRITICAL)
answer = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

from heat.engine import function  # noqa: E402
from heat.engine.hot import template  # noqa: E402

functions = template.HOTemplate20210416.functions


class Given(function.Function):
    """A value that is known only when it is resolved, as an attribute is: templates are checked before."""

    def result(self):
        return json.loads(json.dumps(self.args))


def call(name, argument):
    """Call a function the way Heat does: made while the template is parsed, its arguments resolved later."""
    try:
        given = made(argument)
        if name == "list_join" and not isinstance(argument, list):
            given = argument
        fn = functions[name](None, name, given)
        if name == "make_url":
            fn.validate()
        return {"value": json.loads(json.dumps(fn.result()))}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def made(argument):
    """Wrap the parts of an argument; its own shape is the template's."""
    if isinstance(argument, list):
        return [Given(None, "given", item) for item in argument]
    if isinstance(argument, dict):
        return {key: item if key == "permutations" else Given(None, "given", item) for key, item in argument.items()}
    return Given(None, "given", argument)


results = [call(name, argument) for name, argument in json.load(sys.stdin)]
json.dump(results, answer)
answer.close()
