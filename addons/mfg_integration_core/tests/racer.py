"""Transactions that meet each other at a moment that a test chooses."""

import threading

#: Longer than any step here takes; reached only when a test is about to fail.
PATIENCE_S = 30


class Racer(threading.Thread):
    """A transaction of its own on a connection of its own, on command.

    ``stops`` names the moments of ``work(env, stop)`` at which the first try waits
    for the test; a try after a serialization failure runs through. What it raised in
    the end is its ``error``.
    """

    def __init__(self, case, work):
        super().__init__(daemon=True)
        self.case, self.work = case, work
        self.tries = 0
        self.error = None
        self._reached, self._go = threading.Event(), threading.Event()

    def run(self):
        try:
            self.case.commit(self._try)
        except Exception as error:  # the test asks for it
            self.error = error
            self._reached.set()

    def _try(self, env):
        self.tries += 1
        # The snapshot of the transaction is taken by its first query.
        env.cr.execute("SELECT 1")
        return self.work(env, self._wait_there)

    def _wait_there(self):
        self._reached.set()
        if self.tries == 1:
            self.case.assertTrue(self._go.wait(PATIENCE_S), "nobody let it go on")

    def until_it_stops(self):
        """Start it and come back when it waits."""
        self.start()
        self.case.assertTrue(self._reached.wait(PATIENCE_S), "it never got there")
        self.case.assertIsNone(self.error)
        return self

    def go_on(self):
        self._go.set()

    def finish(self):
        """Let it go on and come back when it is through."""
        self.go_on()
        self.join(PATIENCE_S)
        self.case.assertFalse(self.is_alive(), "it never came to an end")
        return self
