from __future__ import annotations

DOCUMENTATION = """
name: site_vars
short_description: A variable for every host
description: A vars plugin of a user.
"""

from ansible.plugins.vars import BaseVarsPlugin


class VarsModule(BaseVarsPlugin):
    REQUIRES_ENABLED = True

    def get_vars(self, loader, path, entities, cache=True):
        return {'of_site_vars': 'the site'}
