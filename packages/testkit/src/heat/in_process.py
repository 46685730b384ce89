"""OpenStack Heat's own engine inside this process: its parser, its resources and its scheduler on a database in memory.

What surrounds an engine in a cloud is replaced: the message bus, Keystone, Glance and Neutron. Nova is the caller's.
Needs Debian's python3-heat 19 and the interpreter that it belongs to, /usr/bin/python3.
"""

import json
import logging
import types
import uuid
import warnings

from oslo_config import cfg
from oslo_db import options as database_options

from heat.common import config  # noqa: F401 (registers the options that the plug-ins read while they are imported)
from heat.common import context, messaging, policy
from heat.db.sqlalchemy import api as database
from heat.db.sqlalchemy import models
from heat.engine import constraints, resource, resources
from heat.engine.clients.os import glance, neutron, nova
from heat.engine.clients.os.keystone import fake_keystoneclient
from heat.engine.clients.os import keystone

TENANT = "heddle-tenant"
NETWORK = "machines"


def prepare(heat_url, our_nova):
    """Set the engine up; call it once, before any template is parsed.

    heat_url: where machines reach the Heat API, such as http://10.77.0.10:8004/v1.
    our_nova: stands for novaclient's Client; its `servers` has create, get and delete.
    Returns the keystone stand-in, which knows the token of each wait-condition handle's user.
    """
    logging.basicConfig(level=logging.WARNING)
    # A line for each resource type that OpenStack has retired, whether the template uses it or not.
    logging.getLogger("heat.engine.environment").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    cfg.CONF([], project="heat", default_config_files=[], default_config_dirs=[])
    cfg.CONF.set_default("environment_dir", "/nonexistent")
    cfg.CONF.set_default("template_dir", "/nonexistent")
    # A failed resource ends the creation at once; otherwise Heat waits four minutes for those in progress.
    cfg.CONF.set_override("error_wait_time", None)
    # Nor does it try five more times, with growing pauses, to get a server that Nova could not make.
    cfg.CONF.set_override("action_retry_limit", 0)
    cfg.CONF.set_override("url", heat_url + "/%(tenant_id)s", group="clients_heat")
    # Where machines reach the CloudFormation API, which is one with the other here.
    cfg.CONF.set_override("heat_waitcondition_server_url", heat_url + "/waitcondition")
    messaging.setup("fake://", optional=True)
    database_options.set_defaults(cfg.CONF, connection="sqlite://")
    models.BASE.metadata.create_all(database.get_engine())
    resources.initialise()
    our_keystone = Keystone()
    replace_services(our_keystone, our_nova)
    return our_keystone


def replace_services(our_keystone, our_nova):
    policy.ResourceEnforcer.enforce = lambda *_args, **_keywords: True
    resource.Resource.is_service_available = classmethod(lambda *_args: (True, None))
    # Whether an image or a flavor exists is the cloud's to say, not the template's.
    constraints.CustomConstraint.validate = lambda *_args, **_keywords: True
    for plugin in (nova.NovaClientPlugin, glance.GlanceClientPlugin, neutron.NeutronClientPlugin):
        for name in dir(plugin):
            if name.startswith("find_") and name.endswith("by_name_or_id"):
                setattr(plugin, name, lambda _self, *words, **_keywords: words[-1])
    neutron.NeutronClientPlugin.has_extension = lambda *_args: True
    keystone.KeystoneClientPlugin._create = lambda *_args, **_keywords: our_keystone
    nova.NovaClientPlugin._create = lambda *_args, **_keywords: our_nova
    neutron.NeutronClientPlugin._create = lambda *_args, **_keywords: Neutron(our_nova)
    glance.GlanceClientPlugin._create = lambda *_args, **_keywords: types.SimpleNamespace(images=Images())


def request_context():
    """Return the context of a user of the one tenant."""
    return context.RequestContext.from_dict({
        "tenant_id": TENANT, "tenant": TENANT, "username": "heddle", "user_id": "heddle-user", "password": "",
        "roles": [], "is_admin": False, "auth_url": "http://keystone.test:5000/v3", "auth_token": "none",
        "trust_id": None, "region_name": None,
    })


class Keystone(fake_keystoneclient.FakeKeystoneClient):
    """Heat's own stand-in, with a user and a token for each resource: Heat finds a wait condition's handle by its user."""

    def __init__(self):
        super().__init__()
        self.tokens = {}
        self._users = {}

    def create_stack_domain_user(self, username, project_id, password=None):
        user_id = uuid.uuid4().hex
        self._users[user_id] = (password, project_id)
        return user_id

    def stack_domain_user_token(self, user_id, project_id, password):
        return self.tokens.setdefault(user_id, uuid.uuid4().hex)

    def token_of(self, user_id, password, project_id):
        """Return the token of a user who knows the password, or None."""
        known = password is not None and self._users.get(user_id) == (password, project_id)
        return self.stack_domain_user_token(user_id, project_id, password) if known else None


class Images:
    """Every image that a template names is there."""

    def get(self, image):
        return types.SimpleNamespace(id=image, status="active", min_ram=0, min_disk=0)

    def list(self, filters):
        return [self.get(filters["name"])]


class Neutron:
    """The ports of Nova's servers, all in one network, from which the `addresses` of a server are made; and security groups."""

    def __init__(self, our_nova):
        self._servers = our_nova.servers

    def list_ports(self, device_id):
        address = self._servers.get(device_id).address
        ports = [] if address is None else [address]
        return {"ports": [self._port(device_id, port) for port in ports]}

    def _port(self, device_id, address):
        return {
            "id": device_id, "network_id": NETWORK, "mac_address": "02:00:00:00:00:01",
            "fixed_ips": [{"ip_address": address, "subnet_id": NETWORK}],
        }

    def list_networks(self, **_query):
        return {"networks": [{"id": NETWORK, "name": NETWORK}]}

    def list_floatingips(self, **_query):
        return {"floatingips": []}

    def show_network(self, network):
        return {"network": {"id": network, "name": NETWORK}}

    def show_subnet(self, subnet):
        return {"subnet": {"id": subnet, "name": NETWORK}}

    # Every machine reaches every other: a security group is there, and nothing filters by it.

    def create_security_group(self, body):
        return {"security_group": {"id": str(uuid.uuid4()), **body["security_group"]}}

    def create_security_group_rule(self, body):
        return {"security_group_rule": {"id": str(uuid.uuid4()), **body["security_group_rule"]}}

    def show_security_group(self, security_group):
        return {"security_group": {"id": security_group, "security_group_rules": []}}

    def delete_security_group(self, _security_group):
        pass


def plain(value):
    """Return what a Heat function or mapping stands for, as plain JSON data."""
    return json.loads(json.dumps(value, default=str))
