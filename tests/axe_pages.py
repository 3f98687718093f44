"""Pages in a real browser, narrow, light and dark: what axe finds wrong, and what is wider than the screen."""

import socket
import threading
import time

import uvicorn


def walked(app, chromium, locale, pages, picture=""):
    """{(page, scheme | "wide"): what is wrong}; `picture` = a folder to draw each page into."""
    from axe_playwright_python.base import AXE_FILE_PATH

    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    context = chromium.new_context(locale=locale, reduced_motion="reduce")
    page, found = context.new_page(), {}
    for name, path in pages.items():
        page.set_viewport_size({"width": 320, "height": 740})
        page.goto(f"http://127.0.0.1:{door.getsockname()[1]}{path}")
        assert page.evaluate("document.documentElement.lang") == locale
        if (reach := page.evaluate("document.documentElement.scrollWidth")) > 320:
            found[name, "wide"] = reach
        page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8"))
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            wrong = page.evaluate(
                'axe.run(document, {resultTypes: ["violations"]}).then((f) => f.violations.map((o) => [o.id, o.nodes[0].html.slice(0, 100)]))'
            )
            if wrong:
                found[name, scheme] = wrong
        if picture:
            page.set_viewport_size({"width": 1200, "height": 900})
            page.emulate_media(color_scheme="light")
            page.screenshot(path=f"{picture}/{name}.png", full_page=True)
    context.close()
    server.should_exit = True
    thread.join(10)
    door.close()
    return found
