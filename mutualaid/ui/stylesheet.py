# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The stylesheet: everything that Qt's own style would draw differently from our drawings.

Looks (property ``look``): buttons ``primary secondary quiet danger chip chip-menu back``; frames
``card sidebar pane banner banner-warn hairline``; labels have a ``text-size`` (see
``theme.Size``) and may be ``quiet``. Check boxes, menus and the rest stay as Qt draws them.
"""

from collections.abc import Callable, Mapping

_RULES = """
QWidget {{ font-size: {b14}px; }}
QToolTip {{ padding: {p4}px; border: 0; background: {text}; color: {window}; }}

QLabel[text-size="page"] {{ font-size: {b24}px; font-weight: 700; }}
QLabel[text-size="detail"] {{ font-size: {b18}px; font-weight: 700; }}
QLabel[text-size="card"] {{ font-size: {b16}px; font-weight: 600; }}
QLabel[text-size="strong"] {{ font-weight: 600; }}
QLabel[text-size="meta"] {{ font-size: {b13}px; }}
QLabel[quiet="true"] {{ color: {quiet}; }}
QLabel[tone="accent"] {{ color: {accent}; }}
QLabel[tone="warn"] {{ color: {warn}; }}
QLabel[tone="need"] {{ color: {need}; }}

QFrame[look="card"] {{
    background: {card}; border: 1px solid {hairline}; border-radius: {p12}px; }}
QFrame[look="inset"] {{
    background: {window}; border: 1px solid {hairline}; border-radius: {p10}px; }}
QFrame[look="sidebar"] {{ background: {sidebar}; border: 0; }}
QFrame[look="pane"] {{ background: {card}; border: 0; }}
QWidget[look="pane"] {{ background: {card}; }}
QFrame[look="hairline"] {{ background: {hairline}; border: 0; }}
QFrame[look="banner"] {{
    background: {accent_soft}; border: 1px solid {accent_soft}; border-radius: {p10}px; }}
QFrame[look="banner"] QLabel {{ color: {text}; }}
QFrame[look="banner-warn"] {{
    background: {warn_soft}; border: 1px solid {warn_soft}; border-radius: {p10}px; }}
QFrame[look="banner-warn"] QLabel {{ color: {warn}; }}
QFrame[look="toast"] {{ background: {text}; border: 0; border-radius: {p10}px; }}
QFrame[look="toast"] QLabel {{ color: {window}; }}

QPushButton[look] {{
    border-radius: {p8}px; padding: {p6}px {p14}px; min-height: {p20}px; font-weight: 600;
    border: 1px solid transparent; outline: 0; icon-size: {p16}px; }}
QPushButton[look="primary"] {{
    background: {accent}; color: {on_accent}; border-color: {accent}; }}
QPushButton[look="primary"]:hover {{ background: {accent_over}; }}
QPushButton[look="primary"]:pressed {{ background: {accent_down}; }}
QPushButton[look="primary"]:focus {{ border: 2px solid {text}; padding: {q6}px {q14}px; }}
QPushButton[look="secondary"] {{
    background: {card}; color: {accent}; border-color: {accent}; }}
QPushButton[look="secondary"]:hover {{ background: {accent_soft}; }}
QPushButton[look="danger"] {{ background: {card}; color: {need}; border-color: {need}; }}
QPushButton[look="danger"]:hover {{ background: {need_soft}; }}
QPushButton[look="quiet"], QPushButton[look="back"] {{
    background: transparent; color: {accent}; padding: {p6}px {p10}px; }}
QPushButton[look="quiet"]::menu-indicator {{ width: 0; image: none; }}
QPushButton[look="quiet"]:hover, QPushButton[look="back"]:hover {{ background: {accent_soft}; }}
QPushButton[look="toast"] {{ background: transparent; color: {accent_soft}; }}
QPushButton[look="toast"]:focus {{ border: 2px solid {accent_soft};
    padding: {q6}px {q14}px; }}
QPushButton[look="secondary"]:focus, QPushButton[look="danger"]:focus {{
    border: 2px solid {text}; padding: {q6}px {q14}px; }}
QPushButton[look="quiet"]:focus, QPushButton[look="back"]:focus {{
    border: 2px solid {accent}; padding: {q6}px {q10}px; }}
QPushButton[look]:disabled {{
    background: {sidebar}; color: {quiet}; border-color: {hairline}; }}

QPushButton[look="chip"], QPushButton[look="chip-menu"] {{
    background: {card}; color: {text}; border: 1px solid {hairline}; font-weight: 400;
    border-radius: {chip}px; padding: {p4}px {p12}px; min-height: {p20}px;
    font-size: {b13}px; }}
QPushButton[look="chip"]:hover, QPushButton[look="chip-menu"]:hover {{ border-color: {quiet}; }}
QPushButton[look="chip"]:checked, QPushButton[look="chip-menu"][chosen="true"] {{
    background: {text}; color: {window}; border-color: {text}; }}
QPushButton[look="chip"]:focus, QPushButton[look="chip-menu"]:focus {{
    border: 2px solid {accent}; padding: {q4}px {q12}px; }}
QPushButton[look="chip-menu"]::menu-indicator {{ width: 0; image: none; }}

QLineEdit, QPlainTextEdit {{
    background: {card}; color: {text}; border: 1px solid {hairline}; border-radius: {p8}px;
    padding: {p6}px {p10}px; selection-background-color: {accent};
    selection-color: {on_accent}; }}
QLineEdit {{ min-height: {p22}px; }}
QLineEdit:focus, QPlainTextEdit:focus {{
    border: 2px solid {accent}; padding: {q6}px {q10}px; }}
QLineEdit:disabled {{ color: {quiet}; background: {sidebar}; }}
QLineEdit[bad="true"], QPlainTextEdit[bad="true"] {{ border-color: {need}; }}

QComboBox, QSpinBox {{
    background: {card}; color: {text}; border: 1px solid {hairline}; border-radius: {p8}px;
    padding: {p6}px {p10}px; min-height: {p22}px; selection-background-color: {accent};
    selection-color: {on_accent}; }}
QComboBox:focus, QSpinBox:focus {{ border: 2px solid {accent}; padding: {q6}px {q10}px; }}
QComboBox::drop-down {{ border: 0; width: {p32}px; }}
QComboBox::down-arrow {{
    image: url({icons}/choose-{ground}.svg); width: {p16}px; height: {p16}px; }}
QComboBox QAbstractItemView {{
    background: {card}; border: 1px solid {hairline}; padding: {p4}px; outline: 0; }}
QComboBox QAbstractItemView::item {{ min-height: {p32}px; padding: 0 {p8}px; }}
QAbstractSpinBox QLineEdit {{
    border: 0; background: transparent; min-height: 0; padding: 0 {p8}px; }}
QSpinBox::up-button, QSpinBox::down-button {{ border: 0; width: {p32}px; }}
QSpinBox::up-arrow {{
    image: url({icons}/choose-{ground}-up.svg); width: {p14}px; height: {p14}px; }}
QSpinBox::down-arrow {{
    image: url({icons}/choose-{ground}.svg); width: {p14}px; height: {p14}px; }}

QCheckBox {{ spacing: {p8}px; padding: {p2}px; border: 2px solid transparent;
    border-radius: {p6}px; }}
QCheckBox:focus {{ border-color: {accent}; }}
QCheckBox::indicator {{
    width: {p16}px; height: {p16}px; border: 1px solid {quiet}; border-radius: {p4}px;
    background: {card}; }}
QCheckBox::indicator:checked {{
    background: {accent}; border-color: {accent}; image: url({icons}/checked-{ground}.svg); }}
QCheckBox::indicator:disabled {{ border-color: {hairline}; background: {sidebar}; }}

QScrollArea {{ background: transparent; border: 0; }}
QListView[look="cards"], QListView[look="plain"] {{
    background: transparent; border: 0; outline: 0; }}

QScrollBar:vertical {{ background: transparent; width: {p12}px; margin: 0; }}
QScrollBar::handle:vertical {{
    background: {handle}; min-height: {p32}px; border-radius: {p4}px; margin: {p2}px; }}
QScrollBar::handle:vertical:hover {{ background: {quiet}; }}
QScrollBar:horizontal {{ background: transparent; height: {p12}px; margin: 0; }}
QScrollBar::handle:horizontal {{
    background: {handle}; min-width: {p32}px; border-radius: {p4}px; margin: {p2}px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def _mixed(one: str, other: str, share: float) -> str:
    """``one`` with ``share`` of ``other`` in it, both as ``#rrggbb``."""
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def stylesheet(roles: Mapping[str, str], px: Callable[[float], int], icons: str) -> str:
    """The application's stylesheet for colours by role and a function that scales lengths.

    ``icons`` is the folder with the icons, as a URL path.
    """
    sizes = {f"b{n}": px(n) for n in (13, 14, 16, 18, 24)}
    sizes |= {f"p{n}": px(n) for n in (2, 4, 6, 8, 10, 12, 14, 16, 20, 22, 32)}
    # A focus ring is one pixel wider than the border it replaces: the padding gives that back,
    # so that nothing moves when the focus does.
    sizes |= {f"q{n}": px(n) - 1 for n in (4, 6, 10, 12, 14)}
    made = {
        "accent_over": _mixed(roles["accent"], roles["text"], 0.12),
        "accent_down": _mixed(roles["accent"], roles["text"], 0.25),
        # Half the height of a chip; a larger radius would not be drawn round at all.
        "chip": (px(20) + 2 * px(4) + 2) // 2,
        "icons": icons,
        "ground": "light" if int(roles["window"][1:3], 16) > 127 else "dark",
        "handle": _mixed(roles["hairline"], roles["quiet"], 0.35),
    }
    return _RULES.format(**roles, **made, **sizes)
