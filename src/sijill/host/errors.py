"""The one refusal of this floor."""


class HostError(Exception):
    """Raised when the machine cannot do what was asked.

    `code` is stable and for programs; `sentence` is one complete English sentence that says what is
    wrong and, where there is one, what to do about it. Neither ever holds a password or a record.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
