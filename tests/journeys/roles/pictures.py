"""Pictures of pages for the documentation: the first screen, English and Arabic, at 360 and 1440 pixels.

The browser itself reduces each to 256 colours (a page has few), so that a folder of them stays small. Whether the page
fits its window and names its language is looked at in any case, two ways of the four; only when SIJILL_KEEP_PICTURES=1
are all four looked at, files written, and the pages listened to by axe as well (`test_pages_in_a_browser` does so always).
"""

import base64
import os
import struct
import zlib
from pathlib import Path
from typing import Any

from tests.journeys.conftest import AXE, SIZES, Site, speak

KEEP = os.environ.get("SIJILL_KEEP_PICTURES") == "1"
LANGUAGES = (("en", "ltr"), ("ar", "rtl"))
OFTEN = {("en", "360"), ("ar", "1440")}
HEIGHT = {"360": 720, "1440": 860}
# Every pixel as the number of its colour: the 256 most frequent ones, the others as the nearest of these.
REDUCE = """async png => {
  const image = await createImageBitmap(await (await fetch('data:image/png;base64,' + png)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height), draw = canvas.getContext('2d');
  draw.drawImage(image, 0, 0);
  const pixels = draw.getImageData(0, 0, image.width, image.height).data, seen = new Map();
  const colour = i => (pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2];
  for (let i = 0; i < pixels.length; i += 4) seen.set(colour(i), (seen.get(colour(i)) ?? 0) + 1);
  const kept = [...seen].sort((a, b) => b[1] - a[1]).slice(0, 256).map(each => each[0]);
  const place = new Map(kept.map((each, n) => [each, n]));
  const far = (a, b) => ((a >> 16) - (b >> 16)) ** 2 + ((a >> 8 & 255) - (b >> 8 & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;
  for (const each of seen.keys()) {
    if (place.has(each)) continue;
    let best = 0;
    kept.forEach((other, n) => { if (far(each, other) < far(each, kept[best])) best = n; });
    place.set(each, best);
  }
  let text = '';
  for (let i = 0; i < pixels.length; i += 4) text += String.fromCharCode(place.get(colour(i)));
  return [image.width, image.height, kept, btoa(text)];
}"""


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, colours: list[int], pixels: bytes) -> bytes:
    """A PNG with a palette."""
    rows = b"".join(b"\0" + pixels[n * width : (n + 1) * width] for n in range(height))
    palette = b"".join(colour.to_bytes(3, "big") for colour in colours)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


class Pictures:
    """Takes pictures of pages of the demo."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.folder = site, folder

    def take(self, page: Any, name: str, folder: str = "pages") -> None:
        """The page's address four ways, each of which must fit its window; then as it was."""
        address, before = page.url, page.viewport_size
        for language, direction in LANGUAGES:
            speak(page, self.site, language)
            for size, (width, height) in SIZES.items():
                if not KEEP and (language, size) not in OFTEN:
                    continue
                page.set_viewport_size({"width": width, "height": height})
                page.goto(address)
                shown = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
                assert shown == [language, direction]
                over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert over <= 0, f"{name} is {over} px wider than its window at {size} in {language}"
                self._keep(page, f"{folder}/{name}-{language}-{size}", HEIGHT[size])
                faults = self._heard(page)
                assert faults == [], f"{name} at {size} in {language}"
        speak(page, self.site, "en")
        page.set_viewport_size(before)
        page.goto(address)

    def _heard(self, page: Any) -> list[str]:
        """The serious and critical accessibility faults that axe finds."""
        if not KEEP:
            return []
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("() => axe.run(document)")["violations"]
        grave = [v for v in found if v["impact"] in ("serious", "critical")]
        return [f"{v['id']} at {[n['target'] for n in v['nodes']][:2]}" for v in grave]

    def now(self, page: Any, name: str, folder: str = "tutorial", height: int = 0) -> None:
        """The page as it stands, once: for what an answer to a form shows, and for the tutorial."""
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{name} is {over} px wider than its window"
        self._keep(page, f"{folder}/{name}", height or page.viewport_size["height"])

    def _keep(self, page: Any, name: str, height: int) -> None:
        if not KEEP:
            return
        taken = page.screenshot(clip={"x": 0, "y": 0, "width": page.viewport_size["width"], "height": height})
        blank = page.context.new_page()  # the page's own policy forbids what the reduction needs
        width, height, colours, pixels = blank.evaluate(REDUCE, base64.b64encode(taken).decode())
        blank.close()
        path = self.folder / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png_of(width, height, colours, base64.b64decode(pixels)))
