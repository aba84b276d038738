"""Modules that a library imports at its top and hardly ever uses: loaded when they are first used, if at all.

The standard library's LazyLoader does not do: `import x.y` itself asks for an attribute of the module, and so loads it.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys


def rarely(name: str) -> None:
    """Put off loading the module called `name` (of a package) until something of it is used; nothing where it is loaded."""
    spec = None if name in sys.modules else importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        return
    loader, module = spec.loader, importlib.util.module_from_spec(spec)

    def load(attribute: str) -> object:
        if attribute.startswith("__"):  # what the interpreter asks of any module is no use of it
            raise AttributeError(attribute)
        vars(module).pop("__getattr__", None)
        loader.exec_module(module)
        return getattr(module, attribute)

    vars(module)["__getattr__"] = load  # PEP 562: asked for what the module does not have
    sys.modules[name] = module
    package, _, leaf = name.rpartition(".")
    setattr(importlib.import_module(package), leaf, module)  # as an import of it would have done
