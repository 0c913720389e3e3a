"""What is read off logs and test reports."""

from devkit import junit, odoo_log

REPORT = """<testsuites><testsuite>
<testcase classname="a.B" name="works"/>
<testcase classname="a.B" name="fails"><failure message="1 is not 2&#10;x"/></testcase>
<testcase classname="a.B" name="breaks"><error/></testcase>
<testcase classname="a.B" name="waits"><skipped message="no browser"/></testcase>
</testsuite></testsuites>"""
LOG = """\
2026-11-20 23:21:39,993 7 INFO db odoo.modules.loading: loading
2026-11-20 23:21:39,994 7 WARNING db odoo.fields: unknown parameter 'x'
2026-11-20 23:21:39,995 7 ERROR db odoo.sql_db: bad query: SELECT 1
ERROR: could not serialize access due to concurrent update
2026-11-20 23:21:39,996 7 ERROR db odoo.http: it broke
Traceback (most recent call last):
"""


def test_report_is_counted_and_failures_and_skips_are_named(tmp_path):
    (tmp_path / "report.xml").write_text(REPORT)

    tally = junit.read(tmp_path / "report.xml", "17.0")

    assert str(tally) == "1 passed, 2 failed, 1 skipped"
    assert tally.failed == [
        "17.0: a.B.fails (1 is not 2)",
        "17.0: a.B.breaks (no reason given)",
    ]
    assert tally.skipped == ["17.0: a.B.waits (no browser)"]


def test_run_without_a_report_is_a_failure_and_not_nothing(tmp_path):
    (tmp_path / "cut.xml").write_text("<testsuites>")

    assert junit.read(tmp_path / "none.xml", "17.0").failed
    assert junit.read(tmp_path / "cut.xml", "17.0").failed


def test_lines_above_info_are_faults_unless_the_table_knows_them():
    lines = odoo_log.serious(LOG)

    assert [line.logger for line in lines] == ["odoo.fields", "odoo.http"]


def test_traceback_belongs_to_the_line_above_it():
    assert "Traceback" in odoo_log.serious(LOG)[-1].text
