"""Texts to read: wrapped, never shortened, never hidden behind a scrollbar."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult

from tui.widgets.document import Document, paragraph, wrapped

WORDS = st.text(st.sampled_from("ab 日é\n-"), max_size=200)


@given(WORDS, st.integers(2, 30))
def test_wrapping_keeps_every_character_and_stays_in_the_width(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join(lines) == text.replace("\n", "")
    assert all(cell_len(line.rstrip(" ")) <= width for line in lines)


class Reader(App[None]):
    """One document."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.document = Document([paragraph(text, "label")])

    def compose(self) -> ComposeResult:
        """The document."""
        yield self.document


async def test_a_text_that_needs_a_scrollbar_is_not_hidden_behind_it() -> None:
    text = " ".join(f"word{n}" for n in range(500))
    app = Reader(text)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        document = app.document
        painted: list[str] = []
        assert document.show_vertical_scrollbar
        for line in range(document.virtual_size.height):
            document.scroll_to(y=line, animate=False, force=True)
            y = line - document.scroll_offset.y
            painted.append(document.render_line(y).crop(0, document.scrollable_content_region.width).text)
    assert " ".join(" ".join(painted).split()) == f"label {text}"


async def test_the_end_is_reached_only_when_the_last_line_is_in_sight() -> None:
    app = Reader("\n".join(str(n) for n in range(100)))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        assert not app.document.at_end
        app.document.move(80)
        await pilot.pause()
        assert not app.document.at_end
        app.document.move_to_end()
        await pilot.pause()
        assert app.document.at_end
