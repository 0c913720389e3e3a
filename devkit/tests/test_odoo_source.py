"""Where Odoo comes from: the order, and what may go wrong on the way."""

import os
import shutil
import time

import pytest

from devkit import failure_memory, odoo_source, official_clone
from devkit.console import DevkitError
from devkit.odoo_tree import TreeRecord
from devkit.tests import odoo_trees


def test_the_tree_named_by_the_environment_wins_over_the_cache(
    cache, make_tree, monkeypatch
):
    make_tree(folder=cache / "odoo" / "17.0")
    named = make_tree()
    monkeypatch.setenv("ODOO_SRC_17_0", str(named))

    tree = odoo_source.find("17.0")

    assert (tree.path, tree.origin) == (named, "source")


def test_a_named_folder_that_is_no_odoo_is_an_error_and_not_passed_over(
    cache, make_tree, monkeypatch
):
    make_tree(folder=cache / "odoo" / "17.0")
    monkeypatch.setenv("ODOO_SRC_17_0", str(make_tree("19.0")))

    with pytest.raises(DevkitError, match="it is Odoo 19.0, not 17.0"):
        odoo_source.find("17.0")


def test_the_cache_wins_over_fetching(cache, make_tree, monkeypatch):
    cached = make_tree(folder=cache / "odoo" / "17.0")
    monkeypatch.setattr(official_clone, "fetch", pytest.fail)

    assert odoo_source.find("17.0").path == cached


def test_a_tree_that_was_put_into_the_cache_by_hand_is_adopted(cache, make_tree):
    cached = make_tree(folder=cache / "odoo" / "17.0")

    odoo_source.find("17.0")

    assert TreeRecord.read(cached).origin == "source"


def test_what_is_not_there_is_cloned_and_then_cached(cache, make_tree, monkeypatch):
    address = odoo_trees.publish(make_tree(), "17.0")
    monkeypatch.setenv("ODOO_GIT_URL", address)

    cloned = odoo_source.find("17.0")
    monkeypatch.setattr(official_clone, "fetch", pytest.fail)
    again = odoo_source.find("17.0")

    assert cloned.origin == "git"
    assert again == cloned


def test_a_branch_that_is_of_another_series_is_not_used(cache, make_tree, monkeypatch):
    monkeypatch.setenv("ODOO_GIT_URL", odoo_trees.publish(make_tree("19.0"), "17.0"))

    assert odoo_source.find("17.0") is None


def test_offline_means_none_to_be_had_and_a_remedy(cache):
    with pytest.raises(DevkitError) as raised:
        odoo_source.get("17.0")

    assert "ODOO_SRC_17_0" in raised.value.remedy


def test_a_failed_clone_is_not_tried_again_for_some_minutes(
    cache, make_tree, monkeypatch
):
    assert odoo_source.find("17.0") is None
    monkeypatch.setattr(official_clone, "_answers", pytest.fail)

    assert odoo_source.find("17.0") is None


def test_a_failed_clone_is_tried_again_after_that(cache, make_tree, monkeypatch):
    address = make_tree().as_uri()
    monkeypatch.setenv("ODOO_GIT_URL", address)
    assert odoo_source.find("17.0") is None
    odoo_trees.publish(make_tree(folder=cache / "source"), "17.0")
    long_ago = time.time() - failure_memory.FORGET_AFTER_S - 1
    os.utime(cache / "odoo" / "17.0.unreachable", (long_ago, long_ago))
    monkeypatch.setenv("ODOO_GIT_URL", (cache / "source").as_uri())

    assert odoo_source.find("17.0").origin == "git"


def test_a_damaged_fetched_tree_is_fetched_anew(cache, make_tree, monkeypatch):
    monkeypatch.setenv("ODOO_GIT_URL", odoo_trees.publish(make_tree(), "17.0"))
    fetched = odoo_source.find("17.0").path
    (fetched / "odoo" / "addons" / "web" / "__manifest__.py").unlink()

    tree = odoo_source.find("17.0")

    assert (tree.path / "odoo" / "addons" / "web" / "__manifest__.py").exists()
    assert (cache / "odoo" / "17.0.damaged").is_dir()


def test_a_damaged_tree_without_network_is_an_error_and_is_kept_aside(cache, make_tree):
    cached = make_tree(folder=cache / "odoo" / "17.0")
    odoo_source.find("17.0")
    (cached / "odoo" / "release.py").unlink()

    assert odoo_source.find("17.0") is None
    assert (cache / "odoo" / "17.0.damaged" / "odoo" / "http.py").exists()


def test_a_tree_by_hand_that_was_changed_is_used_with_a_warning(
    cache, make_tree, capsys
):
    cached = make_tree(folder=cache / "odoo" / "17.0")
    odoo_source.find("17.0")
    (cached / "odoo" / "http.py").write_text("# patched")

    assert odoo_source.find("17.0").path == cached
    assert "was changed since its last use" in capsys.readouterr().err


def test_what_an_interrupted_download_left_is_never_taken_for_a_tree(
    cache, make_tree, monkeypatch
):
    half = cache / "odoo" / "17.0.part"
    make_tree(folder=half)
    shutil.rmtree(half / "odoo" / "addons" / "mrp")
    monkeypatch.setenv("ODOO_GIT_URL", odoo_trees.publish(make_tree(), "17.0"))

    tree = odoo_source.find("17.0")

    assert (tree.path / "odoo" / "addons" / "mrp").is_dir()
    assert not half.exists()


def test_too_little_disk_space_is_said_before_anything_is_fetched(cache, monkeypatch):
    monkeypatch.setattr(odoo_source, "NEEDED_SPACE", 10**18)
    monkeypatch.setattr(official_clone, "fetch", pytest.fail)

    with pytest.raises(DevkitError, match="GB free"):
        odoo_source.find("17.0")
