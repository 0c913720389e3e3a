"""Values in PostgreSQL's binary format, as PostgreSQL itself reads them."""

import io
from datetime import datetime
from decimal import Decimal

from odoo.tests import TransactionCase

from ..protocols import copy_binary
from ..protocols.machine_moment import microseconds, since_epoch

NUMBERS = (
    *(
        0,
        -0.0,
        1,
        -1,
        1.0,
        7,
        10,
        9999,
        10000,
        10001,
        123456789,
        10**12,
        10**20,
        -(10**8),
    ),
    *(0.1, -0.1, 0.0001, 0.00001, 0.123456789, 81.32163022934382, 1e-7, 5e-324, 1e300),
    *(1234.5, 10000.0001, 99999999.99999999, 100.25, 0.5, 20000.0, 1.5e9),
    *(Decimal("0.000000001"), Decimal("123456789012345678901234567890.123456789")),
)


class TestCopyBinary(TransactionCase):
    def read_back(self, column_type, values):
        """The values as text, after a COPY of them."""
        cr = self.env.cr
        cr.execute(f"CREATE TEMP TABLE copied (place int, value {column_type})")
        rows = [
            b"\0\2" + copy_binary.integer(place) + value
            for place, value in enumerate(values)
        ]
        content = io.BytesIO(copy_binary.stream(rows))
        cr.copy_expert("COPY copied FROM STDIN (FORMAT binary)", content)
        cr.execute("SELECT value::text FROM copied ORDER BY place")
        found = [value for (value,) in cr.fetchall()]
        cr.execute("DROP TABLE copied")
        return found

    def test_a_number_is_the_decimal_that_was_written(self):
        found = self.read_back("numeric", map(copy_binary.numeric, NUMBERS))

        for number, text in zip(NUMBERS, found, strict=True):
            self.assertEqual(Decimal(text), Decimal(str(number)))
        self.assertEqual(found[NUMBERS.index(0.1)], "0.1")
        self.assertEqual(found[NUMBERS.index(81.32163022934382)], "81.32163022934382")

    def test_texts_and_missing_values_come_back(self):
        texts = ["", "a", "ü€😀", None, "\t\\N"]

        found = self.read_back("varchar", map(copy_binary.varchar, texts))

        self.assertEqual(found, texts)
        self.assertEqual(self.read_back("numeric", [copy_binary.numeric(None)]), [None])
        self.assertEqual(
            self.read_back("bigint", [copy_binary.bigint(-(2**40))]), [str(-(2**40))]
        )

    def test_a_moment_is_that_moment_in_utc(self):
        moments = {
            "2026-03-02T09:40:58Z": "2026-03-02 09:40:58",
            "2026-03-02T09:40:58.1234569+01:00": "2026-03-02 08:40:58.123456",
            "1999-12-31T23:59:59.5Z": "1999-12-31 23:59:59.5",
            "2016-12-31T23:59:60Z": "2017-01-01 00:00:00",
        }

        found = self.read_back(
            "timestamp", [copy_binary.bigint(microseconds(text)) for text in moments]
        )

        self.assertEqual(found, list(moments.values()))
        moment = datetime(2026, 11, 22, 1, 2, 3, 456789)
        found = self.read_back("timestamp", [copy_binary.bigint(since_epoch(moment))])
        self.assertEqual(found, [str(moment)])
