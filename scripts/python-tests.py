"""Runs the unit tests of the Ansible collection; writes their counts as JSON to the file that is named."""

import json
import sys
import unittest
from pathlib import Path

project = Path(__file__).resolve().parent.parent
adapter = project / "packages/adapter-ansible"
tests = adapter / "ansible_collections/heddle/heddle/tests/unit"


def main(report):
    # Plugins import one another as ansible_collections.heddle.heddle...
    sys.path.insert(0, str(adapter))
    # ansible-core 2.14 brings a loader of its own for collections, which must be there before the first of them is imported.
    import ansible.template  # noqa: F401, PLC0415

    suite = unittest.TestLoader().discover(str(tests), top_level_dir=str(tests))
    result = unittest.TextTestRunner().run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.skipped) + len(result.unexpectedSuccesses)
    Path(report).write_text(json.dumps({"passed": result.testsRun - failed, "failed": failed}), encoding="utf-8")
    return 0 if failed == 0 and result.testsRun > 0 else 1


sys.exit(main(sys.argv[1]))
