"""The loops that are compiled: one function a pass over the arrays of a graph; who calls them says what they mean.

Only `kernel` imports this module, and only where numba is installed. Compiled code is kept beside this file (or in the
user's cache if that cannot be written), so only the first use of an installation waits for the compiler.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from filon.books.engine.ahead import soon
from filon.books.engine.classes import ALIKE

LAST = np.uint32(1 << 31)
"""The mark of a record's last item; without it, the item is a number of 31 bits."""
AHEAD = 8
"""Nodes of a walk whose links are on their way from memory; more would push each other out."""

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """The same function as machine code."""
    made: Any = numba.njit(cache=True, nogil=True, boundscheck=False, error_model="numpy")(loop)
    return cast(Loop, made)


def contracted(loop: Loop) -> Loop:
    """Compiled so that a product and its sum are rounded once, not twice: quicker and nearer the truth."""
    made: Any = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})(loop)
    return cast("Loop", made)


@compiled
def sorted_by(key: Any, starts: Any, order: Any) -> None:
    """Fill `order` with the positions of `key`, by key, stable; `starts` (keys + 2, zero) becomes where each begins."""
    for at in range(len(key)):
        starts[key[at] + 2] += 1
    for at in range(2, len(starts)):
        starts[at] += starts[at - 1]
    for at in range(len(key)):
        slot = starts[key[at] + 1]
        order[slot] = at
        starts[key[at] + 1] = slot + 1


@compiled
def turned(starts: Any, into: Any, out_starts: Any, out: Any) -> None:
    """The same links seen from their sources; `out_starts` (nodes + 2, zero)."""
    for link in range(len(into)):
        out_starts[into[link] + 2] += 1
    for node in range(2, len(out_starts)):
        out_starts[node] += out_starts[node - 1]
    for node in range(len(starts) - 1):
        for link in range(starts[node], starts[node + 1]):
            slot = out_starts[into[link] + 1]
            out[slot] = node
            out_starts[into[link] + 1] = slot + 1


@compiled
def laid(starts: Any, into: Any, place: Any, records: Any) -> None:
    """Write a record a node, one behind the other in the order in which they are first met on a way back.

    A record is the node and the places of its sources' records; the last item of each is marked LAST. What goes back
    from one node, breadth first, is written before the next: all that only one pack is made of lies together.

    Args:
        place: (nodes, all LAST) becomes where each one's record begins.
        records: (nodes + links) becomes the records; those that still wait hold their node.
    """
    at = end = 0
    for tip in range(len(starts) - 2, -1, -1):
        if place[tip] == LAST:
            place[tip] = end
            records[end] = tip
            end += 1 + starts[tip + 1] - starts[tip]
        while at < end:
            node = records[at]
            for link in range(starts[node], starts[node + 1]):
                other = into[link]
                if place[other] == LAST:
                    place[other] = end
                    records[end] = other
                    end += 1 + starts[other + 1] - starts[other]
                at += 1
                records[at] = place[other]
            records[at] |= LAST
            at += 1


@compiled
def begun(begin: Any, bits: Any, waiting: Any) -> int:
    """Mark where a walk begins, each place once, and write it behind those that wait; how many."""
    count = 0
    for place in begin:
        if not bits[place >> 3] & (1 << (place & 7)):
            bits[place >> 3] |= 1 << (place & 7)
            waiting[count] = place
            count += 1
    return count


@compiled
def cleaned(waiting: Any, count: int, bits: Any) -> None:
    """Take the marks of a walk away."""
    for done in range(count):
        bits[waiting[done] >> 3] = 0


@compiled
def followed(records: Any, begin: Any, bits: Any, queue: Any) -> int:
    """All nodes on the way back from some records, in `queue`; -1 if there may be more than half of it holds.

    `bits` (a bit an item) is clean before and after. Every source is written behind the others that wait, in the
    second half of the queue, and counts if it was not marked: a jump that nobody can foretell would cost more. Its
    record is asked for at once and needed later. Places are unsigned: of any other it is asked first whether they are
    less than 0, which takes a quarter of the time.
    """
    half = len(queue) // 2
    waiting = queue[half:]
    count, at = begun(begin, bits, waiting), 0
    while at < count < half:
        place = waiting[at]
        item = records[place]
        queue[at] = item & ~LAST
        at += 1
        while not item & LAST and count < half:
            place += np.uint32(1)
            item = records[place]
            other = item & ~LAST
            marks, mark = bits[other >> 3], np.uint8(1 << (other & 7))
            waiting[count] = other
            soon(records, np.int64(other))
            count += not marks & mark
            bits[other >> 3] = marks | mark
    cleaned(waiting, count, bits)
    return count if count < half else -1


@compiled
def walked(starts: Any, ends: Any, begin: Any, bits: Any, queue: Any) -> int:
    """All nodes reached, in `queue`; -1 if there may be more than half of it holds. `bits` is clean before and after.

    Every other end counts if it was not marked, as in `followed`. Where it leads is asked for AHEAD nodes before it is
    needed.
    """
    count, at = begun(begin, bits, queue), 0
    fits = True
    while at < count and fits:
        node = queue[at]
        at += 1
        if at + AHEAD < count:
            soon(ends, starts[queue[at + AHEAD]])
        first, last = starts[node], starts[node + 1]
        fits = count + last - first <= len(queue) // 2
        if fits:
            for link in range(first, last):
                other = ends[link]
                marks, mark = bits[other >> 3], np.uint8(1 << (other & 7))
                queue[count] = other
                soon(starts, np.int64(other))
                count += not marks & mark
                bits[other >> 3] = marks | mark
    cleaned(queue, count, bits)
    return count if fits else -1


@compiled
def marked_down(starts: Any, into: Any, first: int, bits: Any) -> int:
    """Mark every node that has a marked source; how many are marked from `first` on."""
    count = 0
    for node in range(first, len(starts) - 1):
        if bits[node >> 3] & (1 << (node & 7)):
            count += 1
            continue
        for link in range(starts[node], starts[node + 1]):
            other = into[link]
            if bits[other >> 3] & (1 << (other & 7)):
                bits[node >> 3] |= 1 << (node & 7)
                count += 1
                break
    return count


@compiled
def marked_up(starts: Any, into: Any, last: int, bits: Any) -> int:
    """Mark every source of a marked node; how many are marked up to `last`."""
    count = 0
    for node in range(last, -1, -1):
        if bits[node >> 3] & (1 << (node & 7)):
            count += 1
            for link in range(starts[node], starts[node + 1]):
                bits[into[link] >> 3] |= 1 << (into[link] & 7)
    return count


@compiled
def listed(bits: Any, ids: Any) -> None:
    """The marked nodes, in order."""
    count = 0
    for byte in range(len(bits)):
        marks = bits[byte]
        if marks:
            for bit in range(8):
                if marks & (1 << bit):
                    ids[count] = (byte << 3) + bit
                    count += 1


@compiled
def deepened(starts: Any, into: Any, depth: Any) -> None:
    """Links on the longest way back from each node; `depth` (nodes, zero)."""
    for node in range(len(starts) - 1):
        for link in range(starts[node], starts[node + 1]):
            depth[node] = max(depth[node], depth[into[link]] + 1)


@compiled
def shared_back(starts: Any, into: Any, share: Any, cone: Any, tips: Any, amounts: Any, part: Any, got: Any) -> None:
    """Hand what is in the tips to the sources, youngest first; `part` (nodes) is clean before and after."""
    tip = len(tips) - 1
    for at in range(len(cone) - 1, -1, -1):
        node = cone[at]
        mine = part[node]
        part[node] = 0.0
        if tip >= 0 and tips[tip] == node:
            mine = amounts[tip]
            tip -= 1
        got[at] = mine
        for link in range(starts[node], starts[node + 1]):
            part[into[link]] += mine * share[link]


@compiled
def carried_on(starts: Any, into: Any, drawn: Any, cone: Any, tips: Any, amounts: Any, part: Any, got: Any) -> None:
    """Take what the sources hold of the tips' matter, oldest first; `part` (nodes) is clean before and after."""
    tip = 0
    for at in range(len(cone)):
        node = cone[at]
        mine = 0.0
        if tip < len(tips) and tips[tip] == node:
            mine = amounts[tip]
            tip += 1
        else:
            for link in range(starts[node], starts[node + 1]):
                mine += part[into[link]] * drawn[link]
        part[node] = mine
        got[at] = mine
    for node in cone:
        part[node] = 0.0


@compiled
def classed(  # noqa: PLR0912, PLR0915, C901 - one pass over 10^8 links; every call in it would count
    starts: Any,
    into: Any,
    share: Any,
    event: Any,
    ids: Any,
    own: Any,
    state: Any,
    class_of: Any,
    class_starts: Any,
    source: Any,
    weight: Any,
    founder: Any,
    slot: Any,
    recent: Any,
) -> bool:
    """Give every node from `state[0]` on its class; False if the arrays of classes are too short to go on.

    state: next node, classes so far, links of classes so far, place in `own`. See `classes`. Where only some nodes are
    looked at, `ids` are their names in the graph, which `into`, `event` and `class_of` go by.
    """
    all_of_them = len(ids) == 0
    node, classes, links, at_own = state[0], state[1], state[2], state[3]
    even = len(share) == 0
    names = np.empty(64, np.int32)
    parts = np.empty(64, np.float64)
    while node < len(starts) - 1:
        name = node if all_of_them else ids[node]
        begin, end = starts[node], starts[node + 1]
        width = end - begin
        if classes == len(founder) or links + width > len(source):
            break
        mine = at_own < len(own) and own[at_own] == node
        former = name if node == 0 else node - 1 if all_of_them else ids[node - 1]
        if not mine and node and width and width == begin - starts[node - 1] and event[name] == event[former]:
            same = True
            for link in range(begin, end):
                if into[link] != into[link - width] or (not even and share[link] != share[link - width]):
                    same = False
                    break
            if same and not (at_own and own[at_own - 1] == node - 1):
                class_of[name] = class_of[former]
                node += 1
                continue
        if width > len(names):
            names = np.empty(2 * width, np.int32)
            parts = np.empty(2 * width, np.float64)
        count = 0
        for link in range(begin, end):
            group = class_of[into[link]]
            part = 1.0 / width if even else np.float64(share[link])
            place = slot[group]
            if place < count and names[place] == group:
                parts[place] += part
            else:
                slot[group] = count
                names[count] = group
                parts[count] = part
                count += 1
        if not mine and count == 1 and abs(parts[0] - 1.0) < ALIKE:
            class_of[name] = names[0]
            node += 1
            continue
        key = np.int64(event[name]) * 1000003
        for place in range(count):
            key = key * 31 + names[place]
            key ^= key >> 17
        box = key & (len(recent) - 1)
        other = recent[box]
        if not mine and count and other >= 0 and event[founder[other]] == event[name]:
            begun = class_starts[other]
            if class_starts[other + 1] - begun == count:
                same = True
                for place in range(count):
                    if source[begun + place] != names[place] or weight[begun + place] != np.float32(parts[place]):
                        same = False
                        break
                if same:
                    class_of[name] = other
                    node += 1
                    continue
        for place in range(count):
            source[links] = names[place]
            weight[links] = parts[place]
            links += 1
        class_of[name] = classes
        founder[classes] = name
        if mine:
            at_own += 1
        else:
            recent[box] = classes
        classes += 1
        class_starts[classes] = links
        node += 1
    state[0], state[1], state[2], state[3] = node, classes, links, at_own
    return bool(node == len(starts) - 1)


@contracted
def swept(  # noqa: C901, PLR0912 - four sources at a time: a row is then written once, not four times
    starts: Any, source: Any, weight: Any, filled: Any, first: int, rows: Any
) -> None:
    """Each row from `first` on = the weighted sum of its sources' rows, on top of what stands there where `filled`."""
    columns = rows.shape[1]
    for node in range(first, len(starts) - 1):
        link, end = starts[node], starts[node + 1]
        mine = rows[node]
        if not filled[node]:
            if link == end:
                for column in range(columns):
                    mine[column] = 0
            elif end - link == 1:
                one, a = rows[source[link]], weight[link]
                for column in range(columns):
                    mine[column] = a * one[column]
            elif end - link < 4:  # noqa: PLR2004
                one, two = rows[source[link]], rows[source[link + 1]]
                a, b = weight[link], weight[link + 1]
                for column in range(columns):
                    mine[column] = a * one[column] + b * two[column]
                link += 1
            else:
                one, two, three, four = (
                    rows[source[link]],
                    rows[source[link + 1]],
                    rows[source[link + 2]],
                    rows[source[link + 3]],
                )
                a, b, c, d = weight[link], weight[link + 1], weight[link + 2], weight[link + 3]
                for column in range(columns):
                    mine[column] = (a * one[column] + b * two[column]) + (c * three[column] + d * four[column])
                link += 3
            link += 1
        while link + 3 < end:
            one, two, three, four = (
                rows[source[link]],
                rows[source[link + 1]],
                rows[source[link + 2]],
                rows[source[link + 3]],
            )
            a, b, c, d = weight[link], weight[link + 1], weight[link + 2], weight[link + 3]
            for column in range(columns):
                mine[column] += (a * one[column] + b * two[column]) + (c * three[column] + d * four[column])
            link += 4
        while link + 1 < end:
            one, two = rows[source[link]], rows[source[link + 1]]
            a, b = weight[link], weight[link + 1]
            for column in range(columns):
                mine[column] += a * one[column] + b * two[column]
            link += 2
        if link < end:
            one, a = rows[source[link]], weight[link]
            for column in range(columns):
                mine[column] += a * one[column]


@compiled
def gathered(starts: Any, into: Any, share: Any, ids: Any, skip: Any, begins: Any, some: Any, shares: Any) -> None:
    """Copy the links of some nodes together, but of those to `skip`."""
    for at in range(len(ids)):
        if not skip[at]:
            slot = begins[at]
            for link in range(starts[ids[at]], starts[ids[at] + 1]):
                some[slot] = into[link]
                shares[slot] = share[link]
                slot += 1


@compiled
def housed(first: Any, last: Any, begins: Any, movings: Any, nowhere: int, home: Any, again: Any) -> int:
    """Fill in where each piece went first, and `again` with what went on later as far as there is room; how many."""
    home[:] = nowhere
    later = 0
    for moving in range(len(movings)):
        shift, least, most, article = movings[moving]
        for span in range(begins[moving], begins[moving + 1]):
            low = min(max(first[span] + shift, least), most)
            for piece in range(low, min(max(last[span] + shift + 1, least), most)):
                if home[piece] == nowhere:
                    home[piece] = article
                    continue
                if later < again.shape[1]:
                    again[0, later], again[1, later] = piece, article
                later += 1
    return later


@compiled
def homed(home: Any, nowhere: int, again: Any, starts: Any, inside: Any) -> None:
    """The pieces of each article; `starts` (articles + 2, zero)."""
    for piece in range(len(home)):
        if home[piece] != nowhere:
            starts[home[piece] + 2] += 1
    for at in range(again.shape[1]):
        starts[again[1, at] + 2] += 1
    for article in range(2, len(starts)):
        starts[article] += starts[article - 1]
    for piece in range(len(home)):
        if home[piece] != nowhere:
            slot = starts[home[piece] + 1]
            inside[slot] = piece
            starts[home[piece] + 1] = slot + 1
    for at in range(again.shape[1]):
        slot = starts[again[1, at] + 1]
        inside[slot] = again[0, at]
        starts[again[1, at] + 1] = slot + 1
