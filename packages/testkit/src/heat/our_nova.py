"""A Nova whose servers are somebody else's: it reports each creation and is told what became of the server."""

import types
import uuid

from novaclient import exceptions

# Nova's own defaults.
LIMITS = {"maxServerMeta": 128, "maxPersonality": 5, "maxPersonalitySize": 10240}


class Nova:
    """The part of novaclient's Client that Heat uses for the servers of a template.

    on_create: called with each new Server; it exists from then on in status BUILD.
    """

    def __init__(self, on_create):
        self.servers = Servers(on_create)
        self.flavors = Flavors()
        self.availability_zones = types.SimpleNamespace(list=lambda **_query: [types.SimpleNamespace(zoneName="nova")])
        self.versions = types.SimpleNamespace(get_current=lambda: types.SimpleNamespace(version="2.1"))
        absolute = [types.SimpleNamespace(name=name, value=value) for name, value in LIMITS.items()]
        self.limits = types.SimpleNamespace(get=lambda **_query: types.SimpleNamespace(absolute=absolute))


class Flavors:
    def get(self, flavor):
        return types.SimpleNamespace(id=flavor, name=flavor, ram=2048, disk=20)


class Servers:
    def __init__(self, on_create):
        self._on_create = on_create
        self._servers = {}

    def create(self, name, image, flavor, userdata=None, meta=None, **_options):
        server = Server(name, image, flavor, userdata, meta)
        self._servers[server.id] = server
        self._on_create(server)
        return server

    def get(self, server):
        try:
            return self._servers[server]
        except KeyError:
            raise exceptions.NotFound(404, f"no server {server}") from None

    def delete(self, server):
        self._servers.pop(server, None)

    def set_tags(self, server, tags):
        server.tags = tags

    def tag_list(self, server):
        return server.tags


class Server:
    def __init__(self, name, image, flavor, user_data, metadata):
        self.id = str(uuid.uuid4())
        self.name = name
        self.image = {"id": image}
        self.flavor = {"id": flavor}
        self.user_data = user_data
        self.metadata = metadata or {}
        self.status = "BUILD"
        self.address = None
        self.fault = {}
        self.tags = []
        self.accessIPv4 = ""
        self.accessIPv6 = ""

    def report(self, status, address=None, fault=None):
        """Take over what became of the server: ACTIVE with its IPv4 address, or ERROR with what went wrong."""
        self.status = status
        self.address = address
        self.fault = {} if fault is None else {"message": fault, "code": 500}

    @property
    def networks(self):
        return {} if self.address is None else {"machines": [self.address]}

    @property
    def addresses(self):
        entry = {"addr": self.address, "version": 4, "OS-EXT-IPS:type": "fixed"}
        return {} if self.address is None else {"machines": [entry]}

    def get(self):
        """Refresh: what is known is always fresh."""

    def interface_list(self):
        return []
