"""Draws charts as SVG, by hand: a picture on a phone needs big letters and nothing cut, not a chart library.

Floor 1: pure. The words are the chart's own; here is only where they stand. `service.pictures` makes PNG of it.
"""

from bot.core.drawing.frame import WIDTH, size, svg

__all__ = ["WIDTH", "size", "svg"]
