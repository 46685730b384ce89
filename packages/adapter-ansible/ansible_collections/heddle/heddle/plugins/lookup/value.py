# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
DOCUMENTATION = r"""
name: value
author: The Heddle project (@heddle)
short_description: Wait for a value of another machine
description:
  - Returns an input of the running role, or an output of another node, and waits until it is there.
  - Fails when the value will never come or the wait has lasted too long; the message names node and output.
options:
  _terms:
    description: Names of inputs of the role, or with O(node) names of outputs of that node.
    required: true
  node:
    description: The other node.
    type: str
  host:
    description: Names are of variables that another node sets for this host. Undefined when it has set them for other hosts only.
    type: str
"""

EXAMPLES = r"""
- name: An input of the role
  ansible.builtin.debug:
    msg: "{{ lookup('heddle.heddle.value', 'db_host') }}"

- name: An output of another node
  ansible.builtin.debug:
    msg: "{{ lookup('heddle.heddle.value', 'ip', node='web-0') }}"
"""

RETURN = r"""
_raw:
  description: One value for each term, of any type.
  type: list
"""

from ansible.errors import AnsibleError, AnsibleUndefinedVariable
from ansible.plugins.lookup import LookupBase
from ansible_collections.heddle.heddle.plugins.plugin_utils.client import AgentError
from ansible_collections.heddle.heddle.plugins.plugin_utils.delegated import read_delegated
from ansible_collections.heddle.heddle.plugins.plugin_utils.previews import stand_in
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import current

try:
    # Before ansible-core 2.19 the result of a lookup becomes text that is read again; this mark keeps "True" and "[1]" the text that they are.
    from ansible.utils.native_jinja import NativeJinjaText as Text
except ImportError:
    Text = str


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        self.set_options(var_options=variables, direct=kwargs)
        session = current()
        if session is None:
            raise AnsibleError('heddle: there is no agent here: run the playbook with heddle up or heddle exec')
        node, host = self.get_option('node'), self.get_option('host')

        def read(term):
            if session.is_preview:
                return stand_in(term if node is None else f'{node}.{term}')
            if host is not None:
                return read_delegated(session, host, term)
            return session.read_input(term) if node is None else session.read_found(node, term)
        try:
            values = [read(term) for term in terms]
        except KeyError as error:
            where = f'{node} has not set it' if host is None else f'it was set for other hosts, and not for {host}'
            raise AnsibleUndefinedVariable(f'heddle: {where}') from error
        except AgentError as error:
            raise AnsibleError(f'heddle: {error}') from error
        return [Text(value) if isinstance(value, str) else value for value in values]
