"""The page of settings lists every variable that the program reads."""

import re

from tests.launcher.running import BASE_DIR

READ = re.compile(r"""(?:env(?:\.\w+)?\(|environ\.get\(|environ\[|given\.get\(|given\[)\s*["']([A-Z][A-Z_]+)["']""")
INTERNAL = {"DJANGO_SETTINGS_MODULE", "MAKELEVEL"}


def test_every_variable_that_is_read_is_on_the_page():
    page = (BASE_DIR / "docs" / "settings.md").read_text()
    sources = [BASE_DIR / "hotline" / "settings.py", *(BASE_DIR / "hotline" / "launcher").glob("*.py")]
    read = {name for source in sources for name in READ.findall(source.read_text())}
    assert len(read) > 20
    assert sorted(name for name in read - INTERNAL if f"`{name}`" not in page) == []


def test_links_between_the_documents_lead_somewhere():
    pages = [*BASE_DIR.glob("*.md"), *(BASE_DIR / "docs").glob("*.md")]
    for page in pages:
        text = page.read_text()
        links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
        pictures = re.findall(r'(?:src|srcset)="([^"]+)"', text)
        for target in [*links, *pictures]:
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} points at {target}"
