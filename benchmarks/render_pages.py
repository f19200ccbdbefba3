"""Take the pictures of docs/web.md, with the briefs of the tests and the real model.

Run: python benchmarks/render_pages.py [--pictures docs/images] [--chromium /usr/bin/chromium]

Needs the dev packages and Debian's packages chromium, pngquant and fonts-noto-core.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from playwright.sync_api import sync_playwright

from askbrief import build
from askbrief.inference.loading import open_encoder
from askbrief.library import Library
from askbrief.settings import Settings
from askbrief.web.app import create_app
from tests.web.running import running

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from askbrief.inference.encoder import Encoder

ROOT = Path(__file__).resolve().parents[1]
QUESTION = "how many NFM fighters are there?"
CHANGED = (
    "security/2022-06-northern-front.md",
    "at 3,000 to 4,000, most of them",
    "at 3,500 to 4,500, nearly all of them",
)
WIDE, NARROW = {"width": 1080, "height": 1000}, {"width": 360, "height": 740}
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>
<alias binding="same"><family>system-ui</family><prefer><family>Noto Sans</family></prefer></alias>
<alias binding="same"><family>ui-serif</family><prefer><family>Noto Serif</family></prefer></alias>
</fontconfig>"""


def prepared(work: Path) -> tuple[Settings, Encoder, dict[str, str]]:
    """Build the briefs, ask, change one of them, build again; return the keys of two citations."""
    shutil.copytree(ROOT / "tests" / "briefs", work / "seeds")
    documents = ROOT / "tests" / "samples"
    (work / "seeds" / "papers").mkdir()
    for name in ("pdf/multi-column-2p.pdf", "other/test.xlsx"):
        shutil.copy(documents / name, work / "seeds" / "papers")
    settings = Settings(seeds_dir=work / "seeds", index_dir=work / "index", state_dir=work / "state")
    encoder = open_encoder(settings)
    build(settings.seeds_dir, settings.index_dir, encoder=encoder, settings=settings)
    name, before, now = CHANGED
    with Library.open(settings.index_dir, state=settings.state_dir, encoder=encoder, settings=settings) as library:
        hits = library.ask(QUESTION, 5).hits
        changed = next(hit.key for hit in hits if hit.doc_id == name)
        intact = next(hit.key for hit in hits if hit.doc_id != name)
    file = settings.seeds_dir / name
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(before, now), encoding="utf-8")
    build(settings.seeds_dir, settings.index_dir, encoder=encoder, settings=settings)
    return settings, encoder, {"changed": changed, "intact": intact}


def take(browser: Browser, base: str, keys: dict[str, str], folder: Path) -> None:
    """Take all pictures."""
    asked = f"/?q={quote(QUESTION)}"
    reader = f"/c/{keys['intact']}?q={quote(QUESTION)}#here"
    for name, address, scheme, size in (
        ("web-answer", asked, "light", WIDE),
        ("web-reader", reader, "light", WIDE),
        ("web-dark", reader, "dark", WIDE),
        ("web-narrow", asked, "light", NARROW),
        ("web-narrow-reader", reader, "light", NARROW),
        ("web-changed", f"/c/{keys['changed']}", "light", WIDE),
        ("web-find", "/d/papers/multi-column-2p.pdf?find=passage", "light", WIDE),
    ):
        page = browser.new_page(
            viewport=size,  # type: ignore[arg-type]
            device_scale_factor=1.5,
            color_scheme=scheme,  # type: ignore[arg-type]
            base_url=base,
        )
        page.goto(address)
        if name == "web-changed":
            page.evaluate("scrollTo(0, 0)")
        keep(folder / f"{name}.png", page.screenshot())
        page.close()


def keep(path: Path, picture: bytes) -> None:
    """Write a picture with few colours."""
    command = ["pngquant", "--quality", "70-95", "-"]
    path.write_bytes(subprocess.run(command, input=picture, stdout=subprocess.PIPE, check=True).stdout)


def main() -> int:
    """Read the options and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        work = Path(folder)
        (work / "fontconfig").mkdir()
        (work / "fontconfig" / "fonts.conf").write_text(_FONTS, encoding="utf-8")
        settings, encoder, keys = prepared(work)
        browser = playwright.chromium.launch(
            executable_path=options.chromium, args=["--no-sandbox"], env={**os.environ, "XDG_CONFIG_HOME": folder}
        )
        with running(create_app(settings, encoder=encoder)) as base:
            take(browser, base, keys, options.pictures)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
