"""Nested stacks in this process: groups, and templates in files.

In a cloud the engines ask one another over the message bus for them. Here there is one engine and one thread: a nested stack is created
in steps between those of the stack that it is in.
"""

from heat.engine import scheduler, stack
from heat.rpc import client
from oslo_messaging.rpc import dispatcher


class NestedStacks:
    """Answers what resources ask of other engines."""

    def __init__(self, service):
        self._service = service
        self._creations = []
        # In the order in which their creations began.
        self.stacks = []
        # A state that waits for a lock to be released would never be written: nobody takes locks here.
        stack.Stack.defer_state_persist = lambda _stack: False
        client.EngineClient.call = lambda _client, context, message, **_options: self._call(context, *message)
        client.EngineClient._create_stack = lambda _client, context, **request: self._create(context, **request)

    def step(self):
        """Go on with the creation of each stack that is being created."""
        for creation in list(self._creations):
            if creation.step():
                self._creations.remove(creation)

    def _call(self, context, method, arguments):
        try:
            return getattr(self._service, method)(context, **arguments)
        except dispatcher.ExpectedException as error:
            raise error.exc_info[1]

    def _create(self, context, stack_name, template, params, files, args, environment_files=None, files_container=None, **more):
        created = self._service._parse_template_and_validate_stack(
            context, stack_name, template, params, files, environment_files, files_container, args, **more)
        created.store()
        created._store_resources()
        self.stacks.append(created)
        creation = scheduler.TaskRunner(created.stack_task, action=created.CREATE)
        creation.start(timeout=created.timeout_secs())
        if not creation.done():
            self._creations.append(creation)
        return dict(created.identifier())


def path_of(server_name, stacks):
    """Return the names of the resources that lead to a server, outermost first; empty when there is none of that name.

    stacks: the outermost one, and the nested ones.
    """
    for one in stacks:
        for name, resource in one.items():
            if nova_name(resource) == server_name:
                return [*_path_to(one, stacks), name]
    return []


def nova_name(resource):
    """Return the name under which Nova knows a server or an instance; None for every other resource."""
    if resource.type() == "AWS::EC2::Instance":
        return resource.physical_resource_name()
    return resource._server_name() if hasattr(resource, "_server_name") else None


def _path_to(one, stacks):
    owner = next((other for other in stacks if other.id == one.owner_id), None)
    return [] if owner is None else [*_path_to(owner, stacks), one.parent_resource_name]
