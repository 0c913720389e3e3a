"""The one error of the kit."""


class KitError(Exception):
    """The kit cannot run as it was asked to; a finding is no error.

    :param message: what cannot be done, in one sentence
    :param remedy: what its user does next, in one sentence
    """

    def __init__(self, message: str, remedy: str):
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy
