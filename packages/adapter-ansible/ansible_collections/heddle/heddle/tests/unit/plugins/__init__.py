# ansible-core 2.14 brings a loader of its own for collections, which must be there before the first of them is imported.
import ansible.template  # noqa: F401  pylint: disable=unused-import
