"""Create one stack with Heat's engine; servers are the caller's, and so is the way that signals take to the handles.

The caller talks to this process by lines of JSON, each a map with one key. From the caller:

    {"create": {"template": TEXT, "parameters": {...}, "files": {...}, "stackName": NAME, "heatUrl": URL, "keystoneUrl": URL}}     the first line
    {"server": {"id": ID, "status": "ACTIVE", "address": IPV4}}  or  {..., "status": "ERROR", "fault": TEXT}
    {"signal": {"request": NUMBER, "stackId": ID, "resource": NAME, "token": TEXT (or the signature of the URL), "details": {...}}}
    {"authenticate": {"request": NUMBER, "user": ID, "password": TEXT, "project": ID}}

    {"outputs": {"request": NUMBER}}                                                    what Heat's API would tell of the outputs now

To the caller:

    {"ready": {}}                                                                       the engine is loaded, the creation begins
    {"server": {"id", "name", "resource", "userData", "flavor", "image", "metadata"}}   Heat asks Nova for a server
    {"signalled": {"request": NUMBER, "status": HTTP_STATUS, "error": TEXT or null}}
    {"outputs": {"request": NUMBER, "outputs": [{"output_key", "output_value", "description"}]}}
    {"authenticated": {"request": NUMBER, "token": TEXT or null}}
    {"stack": {"state", "reason", "resources": {NAME: {"type", "state", "reason"}}, "outputs": {NAME: VALUE or null}, "unresolved": {NAME: WHY}}}
    {"invalid": {"error": TEXT}}                                                        Heat refuses the template; the last line

After `stack` it goes on to take signals, as Heat does. It ends when its standard input does. Errors and logs go to standard error.
"""

import json
import os
import select
import sys
import time
from urllib import parse

import in_process
from nested import NestedStacks, path_of
from our_nova import Nova

from heat.common import template_format
from heat.engine import environment, scheduler, service, stack, template
from heat.rpc import api as rpc_api
from oslo_messaging.rpc import dispatcher

POLL_S = 0.2


class Lines:
    """Lines of JSON on standard input, read without blocking for longer than asked."""

    def __init__(self):
        self._pending = b""

    def next(self, timeout_s):
        """Return the next map, or None when none comes in that many seconds (None: wait without end). Ends the process at the end."""
        end_s = None if timeout_s is None else time.monotonic() + timeout_s
        while b"\n" not in self._pending:
            left_s = None if end_s is None else max(0, end_s - time.monotonic())
            if not select.select([0], [], [], left_s)[0]:
                return None
            chunk = os.read(0, 65536)
            if not chunk:
                sys.exit(0)
            self._pending += chunk
        line, self._pending = self._pending.split(b"\n", 1)
        return json.loads(line)


def tell(key, value):
    sys.stdout.write(json.dumps({key: value}) + "\n")
    sys.stdout.flush()


def signature_of(handle):
    """Return the signature in the URL of a CloudFormation handle; None for another one. Heat's API checks it before the engine hears of a signal."""
    return dict(parse.parse_qsl(parse.urlsplit(handle.data().get("ec2_signed_url", "")).query)).get("Signature")


class Engine:
    def __init__(self, lines, request):
        self._lines = lines
        self._request = request
        self._nova = Nova(self._tell_of_server)
        self._keystone = in_process.prepare(request["heatUrl"], self._nova)
        self._keystone.v3_endpoint = request["keystoneUrl"]
        self._context = in_process.request_context()
        self._service = service.EngineService("heddle", rpc_api.ENGINE_TOPIC)
        self._stack = None
        self._nested = NestedStacks(self._service)
        # Heat's one thread runs all resources in steps; what the caller says is heard between them.
        scheduler.TaskRunner._sleep = lambda _runner, wait_s: self._between_steps(wait_s)

    def create(self):
        tell("ready", {})
        try:
            self._stack = self._parse()
            self._stack.validate()
        except Exception as error:  # Whatever class it has, Heat's API would answer it with 400.
            tell("invalid", {"error": str(error)})
            return False
        self._stack.store()
        self._stack.create()
        self._tell_of_stack()
        return True

    def _parse(self):
        request = self._request
        text = template_format.parse(request["template"])
        env = environment.Environment({"parameters": request["parameters"]})
        parsed = template.Template(text, files=request["files"], env=env)
        return stack.Stack(self._context, request["stackName"], parsed)

    def _between_steps(self, wait_s):
        self.listen(min(wait_s or 0, POLL_S))
        self._nested.step()

    def listen(self, timeout_s):
        """Do what the caller asks, as long as there is something, but wait no longer than that for the first."""
        asked = self._lines.next(timeout_s)
        while asked is not None:
            if "server" in asked:
                self._hear_of_server(**asked["server"])
            elif "outputs" in asked:
                self._tell_of_outputs(**asked["outputs"])
            elif "authenticate" in asked:
                self._authenticate(**asked["authenticate"])
            else:
                self._signal(**asked["signal"])
            asked = self._lines.next(0)

    def _hear_of_server(self, id, status, address=None, fault=None):
        self._nova.servers.get(id).report(status, address, fault)

    def _tell_of_outputs(self, request):
        [shown] = self._service.show_stack(self._context, dict(self._stack.identifier()))
        tell("outputs", {"request": request, "outputs": in_process.plain(shown["outputs"])})

    def _authenticate(self, request, user, password, project):
        tell("authenticated", {"request": request, "token": self._keystone.token_of(user, password, project)})

    def _signal(self, request, stackId, resource, token, details):
        status, error = self._try_signal(stackId, resource, token, details)
        tell("signalled", {"request": request, "status": status, "error": error})

    def _try_signal(self, stack_id, name, token, details):
        handle = self._stack.get(name) if stack_id == self._stack.id else None
        if handle is None:
            return 404, f"stack {stack_id} has no resource {name}"
        if token is None or token not in (self._keystone.tokens.get(handle.resource_id), signature_of(handle)):
            return 401, f"the token is not that of {name}"
        try:
            self._service.resource_signal(self._context, dict(self._stack.identifier()), name, details, sync_call=True)
        except dispatcher.ExpectedException as error:
            # Heat itself looks at a signal after it has answered 200; here a sender learns what was wrong with it.
            return 400, str(error.exc_info[1])
        return 200, None

    def _tell_of_server(self, server):
        path = path_of(server.name, [self._stack, *self._nested.stacks])
        tell("server", {
            "id": server.id, "name": server.name, "resource": ".".join(path) or None, "userData": server.user_data or "",
            "flavor": server.flavor["id"], "image": server.image["id"], "metadata": in_process.plain(server.metadata),
        })

    def _tell_of_stack(self):
        created = self._stack
        # Attributes are kept as they were when their resource was made; a wait condition's data came later.
        created._update_all_resource_data(False, True)
        outputs, unresolved = {}, {}
        for name, output in created.outputs.items():
            try:
                outputs[name] = in_process.plain(output.get_value())
            except Exception as error:  # An output that nothing stands behind must not hide the state of the stack.
                outputs[name], unresolved[name] = None, str(error)
        resources = {
            name: {"type": one.type(), "state": "_".join(one.state), "reason": one.status_reason or ""}
            for name, one in created.items()
        }
        tell("stack", {
            "state": "_".join(created.state), "reason": created.status_reason or "", "resources": resources,
            "outputs": outputs, "unresolved": unresolved,
        })


def main():
    lines = Lines()
    engine = Engine(lines, lines.next(None)["create"])
    if engine.create():
        while True:
            engine.listen(None)


if __name__ == "__main__":
    main()
