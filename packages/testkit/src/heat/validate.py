"""Validates templates with the real Heat engine, in process and without a cloud.

Reads one JSON list from standard input: [{"template": TEXT, "parameters": {...}, "files": {...}}, ...].
Writes one JSON list to standard output, one entry a template, in order:
  {"error": TEXT or null, "edges": [[RESOURCE, NEEDED], ...], "properties": {SERVER: {...}}}
`properties` are those of the servers as Heat resolves them before anything exists: what a resource gives is null.

Run by /usr/bin/python3, the interpreter that Debian's python3-heat belongs to. The imports take seconds: give it many templates.
"""

import json
import logging
import os
import sys
from unittest import mock

logging.disable(logging.CRITICAL)
# Whatever Heat's modules print while they load is not the answer.
answer = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

from heat.common import config, messaging, policy, template_format  # noqa: E402, F401
from heat.engine import constraints, environment, resource, resources, scheduler, stack, template  # noqa: E402
from heat.engine.clients.os import glance, neutron, nova  # noqa: E402
from heat.engine.clients.os.keystone import fake_keystoneclient  # noqa: E402
from heat.engine.clients.os import keystone  # noqa: E402
from heat.engine.resources.openstack.nova import server  # noqa: E402
from heat.tests import utils  # noqa: E402
from oslo_config import cfg  # noqa: E402


def prepare():
    """Set Heat up as its own unit tests do: a database in memory, no messaging, a Keystone that knows everybody."""
    cfg.CONF([], project="heat")
    cfg.CONF.set_default("environment_dir", "/nonexistent")
    cfg.CONF.set_default("template_dir", "/nonexistent")
    cfg.CONF.set_override("error_wait_time", None)
    scheduler.ENABLE_SLEEP = False
    messaging.setup("fake://", optional=True)
    resources.initialise()
    utils.setup_dummy_db()
    replace(policy.ResourceEnforcer, "enforce", lambda *args, **kwargs: True)
    replace(
        keystone.KeystoneClientPlugin, "_create", lambda *args, **kwargs: fake_keystoneclient.FakeKeystoneClient()
    )
    # How large an image is and whether it fits a flavor.
    replace(server.Server, "_validate_image_flavor", lambda *args, **kwargs: None)
    # Names that only a cloud knows: images, flavors, networks.
    replace(constraints.CustomConstraint, "validate", lambda *args, **kwargs: True)
    replace(resource.Resource, "is_service_available", lambda *args, **kwargs: (True, None))
    for plugin in (nova.NovaClientPlugin, glance.GlanceClientPlugin, neutron.NeutronClientPlugin):
        for name in dir(plugin):
            if name.startswith("find_") and name.endswith("_by_name_or_id"):
                replace(plugin, name, lambda self, *args, **kwargs: args[-1])
    replace(neutron.NeutronClientPlugin, "has_extension", lambda *args, **kwargs: True)


def replace(owner, name, function):
    mock.patch.object(owner, name, function).start()


def validate(request):
    """Validate one template; an error of Heat is the answer, not the end."""
    try:
        parsed = template_format.parse(request["template"])
        env = environment.Environment({"parameters": request.get("parameters", {})})
        tmpl = template.Template(parsed, files=request.get("files", {}), env=env)
        stk = stack.Stack(utils.dummy_context(), "teststack", tmpl)
        stk.validate()
        edges = [[a.name, b.name] for a, b in stk.dependencies.graph().edges() if b is not None]
        properties = {
            name: dict(res.properties) for name, res in stk.items() if res.type() == "OS::Nova::Server"
        }
        return {"error": None, "edges": sorted(edges), "properties": properties}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}", "edges": [], "properties": {}}


prepare()
results = [validate(request) for request in json.load(sys.stdin)]
json.dump(results, answer, default=str)
answer.close()
