# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
DOCUMENTATION = r"""
name: deployment
author: The Heddle project (@heddle)
version_added: 0.1.0
short_description: Inputs and other nodes' outputs as variables
description:
  - Gives this node the inputs of the running role, and every other node of the deployment its declared outputs.
  - Each is a template that reads the value when it is used, and not before.
options: {}
"""

from ansible.errors import AnsibleError
from ansible.inventory.host import Host
from ansible.plugins.vars import BaseVarsPlugin
from ansible_collections.heddle.heddle.plugins.plugin_utils.client import AgentError
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import current
from ansible_collections.heddle.heddle.plugins.plugin_utils.variables import input_variables, peer_variables


class VarsModule(BaseVarsPlugin):
    def get_vars(self, loader, path, entities, cache=True):
        session = current()
        if session is None:
            return {}
        data = {}
        try:
            for entity in entities if isinstance(entities, list) else [entities]:
                if not isinstance(entity, Host):
                    continue
                if session.is_self(entity.name):
                    # Here rather than in the inventory alone: group_vars of the user may say how others reach this node.
                    # In a preview a value of the play's own may stand for an input, and here it would be gone.
                    data.update({} if session.is_preview else input_variables(session), ansible_connection='local')
                else:
                    data.update(peer_variables(session, entity.name))
        except AgentError as error:
            raise AnsibleError(f'heddle: {error}') from error
        return data
