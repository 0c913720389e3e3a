"""Writes folders that pass for an Odoo: the files that are looked at, no more."""

import subprocess


def write(folder, series):
    """Write a tree of that series and return its folder."""
    major = series.split(".")[0]
    for addon in ("base", "web", "mrp"):
        manifest = folder / "odoo" / "addons" / addon / "__manifest__.py"
        manifest.parent.mkdir(parents=True)
        manifest.write_text("{}")
    (folder / "odoo" / "http.py").write_text("")
    release = f"version_info = ({major}, 0, 0, FINAL, 0, '')\n"
    (folder / "odoo" / "release.py").write_text(release)
    return folder


def publish(folder, series):
    """Turn a tree into a repository with a branch of that series: its address."""
    for words in (
        ("init", "--quiet", "--initial-branch", series),
        ("add", "--all"),
        ("commit", "--quiet", "--message", "Odoo"),
    ):
        identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
        subprocess.run(["git", *identity, *words], cwd=folder, check=True)
    return folder.as_uri()
