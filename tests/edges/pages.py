"""What a browser would see in a page: its forms, its text, and anything that could run."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

RAW = {"script", "style"}
VOID = {"input", "meta", "link", "img", "br"}


@dataclass
class Form:
    action: str = ""
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def filled(self, **values: str) -> dict[str, str]:
        return {**self.fields, **values}


class Page(HTMLParser):
    """A parsed page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.forms: list[Form] = []
        self.texts: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._inside: list[str] = []
        self._area = ""
        self._label: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag not in VOID:
            self._inside.append(tag)
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
        elif self.forms and tag == "input" and given.get("type") not in ("file", "radio"):
            self.forms[-1].fields[given.get("name", "")] = given.get("value", "")
        elif self.forms and tag == "textarea":
            self._area = given.get("name", "")
            self.forms[-1].fields[self._area] = ""
        elif self.forms and tag == "button":
            self._label = []
            self.forms[-1].buttons.append(("", given))

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass
        if tag == "textarea":
            self._area = ""
        if tag == "button" and self.forms and self.forms[-1].buttons:
            _, given = self.forms[-1].buttons[-1]
            self.forms[-1].buttons[-1] = ("".join(self._label).strip(), given)

    def handle_data(self, data: str) -> None:
        if self._area and self.forms:
            self.forms[-1].fields[self._area] += data.removeprefix("\n")
        if "button" in self._inside:
            self._label.append(data)
        if not RAW & set(self._inside) and data.strip():
            self.texts.append(data.strip())

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    @property
    def images(self) -> list[dict[str, str]]:
        """Return the attributes of every image."""
        return [attrs for tag, attrs in self.tags if tag == "img"]

    @property
    def runs(self) -> list[tuple[str, dict[str, str]]]:
        """Return everything that could run a script or load from elsewhere, our own files aside."""
        return [
            (tag, attrs)
            for tag, attrs in self.tags
            if any(name.startswith("on") or name in ("style", "srcdoc") for name in attrs)
            or tag in ("iframe", "object", "embed", "base", "svg:script")
            or (tag == "script" and not attrs.get("src", "").startswith("/static/"))
            or any(
                attrs.get(name, "")
                .strip()
                .lower()
                .startswith(("javascript:", "data:", "vbscript:"))
                for name in ("href", "src", "action", "formaction")
            )
        ]

    def form(self, action: str) -> Form:
        return next(form for form in self.forms if form.action == action)

    def form_with(self, label: str) -> tuple[Form, dict[str, str]]:
        """Return the last form with a button that says `label`, and the button."""
        for form in reversed(self.forms):
            for said, button in form.buttons:
                if said == label:
                    return form, button
        raise AssertionError(f"no button {label!r} on the page: {self.text}")
