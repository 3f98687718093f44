"""Pages in a real browser, narrow, light and dark: what axe finds wrong, and what is wider than the screen."""

from host import served


def walked(app, chromium, locale, pages, picture=""):
    """{(page, scheme | "wide"): what is wrong}; `picture` = a folder to draw each page into."""
    from axe_playwright_python.base import AXE_FILE_PATH

    with served(app) as host:
        context = chromium.new_context(locale=locale, reduced_motion="reduce")
        page, found = context.new_page(), {}
        for name, path in pages.items():
            page.set_viewport_size({"width": 320, "height": 740})
            page.goto(f"http://{host}{path}")
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
    return found
