"""Long lists, a page at a time."""


def page_of(text: str | None, count: int, size: int) -> tuple[int, int]:
    """(page, pages): a page of a list of `count`, inside the list whatever was asked."""
    pages = max(1, -(-count // size))
    number = int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 1
    return min(max(number, 1), pages), pages
