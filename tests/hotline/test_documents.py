"""The page of settings lists every variable that the program reads; links lead somewhere; what is not ours is named."""

import hashlib
import json
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


def test_every_file_of_others_is_named_with_its_origin_its_licence_and_what_is_in_it():
    vendor = BASE_DIR / "static" / "vendor"
    manifest = json.loads((vendor / "MANIFEST.json").read_text())
    licences = {each["licence"].rpartition(": ")[2] for each in manifest}
    there = {str(path.relative_to(vendor)) for path in vendor.rglob("*") if path.is_file()}
    assert there == {"MANIFEST.json", *licences, *(each["file"] for each in manifest)}
    for each in manifest:
        assert each["name"] and each["version"] and each["origin"]
        assert hashlib.sha256((vendor / each["file"]).read_bytes()).hexdigest() == each["sha256"], each["file"]
