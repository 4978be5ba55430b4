"""What watchers got, compared with what was said: lost, doubled, out of order, or made good by a gap."""
import bisect
import collections
from dataclasses import dataclass, field, fields


@dataclass
class Verdict:
    """What came of one channel's messages at one watcher."""

    expected: int = 0
    got: int = 0
    lost: list = field(default_factory=list)        # messages
    doubled: list = field(default_factory=list)     # messages
    disorder: list = field(default_factory=list)    # (message, the later one that came before it)
    phantom: list = field(default_factory=list)     # ids that nobody said
    excused: int = 0                                # may be missing: uncertain, removed, or no cursor to ask with
    order_told: int = 0                             # late, after a gap that came where it should have been
    told: int = 0                                   # missing where a gap was told
    told_early: int = 0                             # of those: the gap came at the head of the connection

    def counts(self):
        """Returns all as numbers, by name."""
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return collections.Counter({name: len(it) if isinstance(it, list) else it for name, it in values.items()})


class Account:
    """One watcher's items of one channel, by their places, against the channel's journal."""

    def __init__(self, watcher, account, journal):
        self.watcher, self.journal = watcher, journal
        self.numbers = {message.id: message.number for message in journal}
        self.gaps = [place for place, item in enumerate(watcher.items) if item.kind == "gap"]
        self.opens = [place for place, item in enumerate(watcher.items) if item.kind == "open"]
        self.items = [
            (place, item.id) for place, item in enumerate(watcher.items)
            if item.kind == "message" and item.account == account]
        self.seen = []              # (place, number) of each message that came, once

    def verdict(self):
        """Returns what came of what was said since the watcher joined."""
        verdict = Verdict()
        self._judge_what_came(verdict)
        came = {number for _, number in self.seen}
        due = [message for message in self.journal if message.deliveries and message.said_at >= self.watcher.joined]
        verdict.expected, verdict.got = len(due), len(came)
        for message in due:
            if message.number not in came:
                self._judge_missing(message, verdict)
        return verdict

    def _judge_what_came(self, verdict):
        came, newest = set(), -1
        for place, id in self.items:
            number = self.numbers.get(id)
            if number is None:
                verdict.phantom.append(id)
                continue
            if number in came:
                verdict.doubled.append(self.journal[number])
                continue
            came.add(number)
            if number < newest:
                # a gap since a later one came says that the order may be broken, too
                overtaken = min(earlier for earlier, other in self.seen if other > number)
                if self._gap_between(overtaken, place):
                    verdict.order_told += 1
                else:
                    verdict.disorder.append((self.journal[number], self.journal[newest]))
            newest = max(newest, number)
            self.seen.append((place, number))

    def _judge_missing(self, message, verdict):
        in_hole = any(start <= message.said_at <= end for start, end in self.watcher.holes)
        if message.uncertain or message.removed_at or in_hole:
            verdict.excused += 1
            return
        before = max((place for place, number in self.seen if number < message.number), default=-1)
        later = (place for place, number in self.seen if number > message.number)
        after = min(later, default=len(self.watcher.items))
        opened = max((place for place in self.opens if place < after), default=-1)
        if self._gap_between(before, after):
            verdict.told += 1
        elif self._gap_between(opened, after):
            # told at the head of the connection that brought what follows
            verdict.told += 1
            verdict.told_early += 1
        else:
            verdict.lost.append(message)

    def _gap_between(self, start, end):
        next_gap = bisect.bisect_right(self.gaps, start)
        return next_gap < len(self.gaps) and self.gaps[next_gap] < end


def different_orders(watchers):
    """Returns the pairs of watchers that saw messages in different orders, each with the first such message."""
    stories = [(watcher.name, [item.id for item in watcher.messages()]) for watcher in watchers]
    different = []
    for index, (name, story) in enumerate(stories):
        places = {id: place for place, id in enumerate(story)}
        for other, other_story in stories[index + 1:]:
            common = [id for id in other_story if id in places]
            late = next((b for a, b in zip(common, common[1:]) if places[b] < places[a]), None)
            if late is not None:
                different.append((name, other, late))
    return different


def latencies(watchers, messages):
    """Returns, sorted, the seconds from delivery to arrival of what came live."""
    found = []
    for watcher in watchers:
        opens = watcher.opens()
        for item in watcher.messages():
            message = messages.get(item.id)
            if not message or not message.deliveries or message.said_at < watcher.joined:
                continue
            opened = opens[bisect.bisect_right(opens, item.at) - 1]
            # what was said before the connection was opened came out of the history
            if opened + 0.05 < message.said_at:
                found.append(item.at - message.deliveries[0][0])
    return sorted(found)
