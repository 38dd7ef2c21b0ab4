"""YAML in which a key may stand only once: otherwise a question whose dash was forgotten is dropped in silence."""

from __future__ import annotations

from typing import Any

import yaml


def parse(raw: bytes) -> Any:
    """The content of a YAML file, of plain types only.

    Raises:
        ValueError: it is not YAML; says where and why.

    """
    try:
        return yaml.load(raw, _Loader)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        raise ValueError(f"line {mark.line + 1}: {why}" if mark else why) from None
    except RecursionError:
        raise ValueError("brackets nested too deep") from None


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    what = f"the key “{key.value}” stands twice"
                    raise yaml.constructor.ConstructorError(None, None, what, key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)
