"""Explicit-state model of how a repository is written to and pruned at the same time.

It tries every interleaving of a few writers and maintainers, each of which may stop for ever at any
step, beside requests that arrive late or twice and an attacker who may create objects.
docs/testing/protocol-model.md explains the rules and what a state is; the names W1 to W8 and G1 to
G6 are those of the protocol. gc_check.py runs it.
"""
from collections import deque, namedtuple

# What a snapshot consists of: items with several references. An extent names its base chunk and its
# patch chunk, a delta frame names itself and its prefix.
ITEMS = {
    0: (("extent", "a", ""),),  # committed before we begin
    1: (("extent", "a", "c"),),  # writer 1: an old base, and pages of a patch chunk
    2: (("delta", "d", "c"),),  # writer 2: a new frame, and the earlier chunk it was compressed with
}
PACKS = (("P0", "ac"), ("p0", "a"))  # both of session 0: the second is a copy that prune would like to remove
SMALL = (("P0", "a"),)

# maint/<number>. closing: sessions below may not begin any more. floor, kept: sessions below the
# floor are sealed (nothing of them counts) except the kept ones.
Maint = namedtuple("Maint", "number condemned buried base closing floor kept")
# taken: numbers of maint/ that exist, forged ones too. log: for each session its slots 0, 1, 2 as
# letters (Open, Snapshot, Close, Kill, '.' = empty). forgot: sessions with a tombstone.
State = namedtuple("State", "packs deltas maint taken forged log forgot writers maintainers")
Writer = namedtuple("Writer", "step maint index uploaded")
Maintainer = namedtuple("Maintainer", "step maint number packs live kept deltas")

ABORTED, REFUSED, ACKNOWLEDGED = "aborted", "refused", "acknowledged"
CLOSED, FORGOTTEN = "closed", "forgotten"

def chars(sets):
    return "".join(sorted(set("".join(sets))))


def put(mapping, key, value):
    return tuple(sorted({**dict(mapping), key: value}.items()))


def with_item(items, i, value):
    return items[:i] + (value,) + items[i + 1 :]


def owner(pack):
    """The session that wrote a pack; None for a copy made by maintenance."""
    return int(pack[1]) if pack[0] in "Pp" else None


def sealed(maint, sid):
    return sid < maint.floor and sid not in maint.kept


def resolved(slots):
    return "C" in slots or "K" in slots


class Model:
    """One configuration. floor: sessions below it get sealed by the maintainers (0: nothing is ever
    sealed). late: requests may arrive a second time. forger: what the attacker creates."""

    def __init__(
        self, writers, maintainers, off=(), floor=0, late=False, forger="", kill=True, forget=(0,), packs=PACKS
    ):  # fmt: skip
        self.writers, self.maintainers = writers, maintainers
        self.off, self.floor, self.late, self.forger = frozenset(off), floor, late, forger
        self.kill, self.forget, self.packs = kill, forget, packs

    def initial(self):
        maint = Maint(0, (), (), tuple(p for p, _ in self.packs), 0, 0, ())
        return State(
            self.packs, (), maint, (0,), (), ("OSC",) + ("...",) * self.writers, (),
            (Writer("read maint" if "register-late" in self.off else "register", None, (), ""),) * self.writers,
            (Maintainer("choose", None, 0, (), "", (), ()),) * self.maintainers,
        )  # fmt: skip

    # --- what everybody sees ---

    def counted(self, s, maint):
        """Sessions whose snapshot exists for a reader."""
        return tuple(
            sid for sid, slots in enumerate(s.log)
            if slots[1] == "S" and sid not in s.forgot
            and ("count-sealed" in self.off or not sealed(maint, sid))
        )  # fmt: skip

    def view(self, s, maint):
        """Packs in the index: base shards, deltas of sessions that are not sealed, without buried packs."""
        names = set(maint.base) | {p for p in s.deltas if not sealed(maint, owner(p))}
        return names if "index-buried" in self.off else names - set(maint.buried)

    def marked(self, sids):
        live = set()
        for sid in sids:
            for kind, first, second in ITEMS[sid]:
                live.add(first)
                ignored = {"extent": "mark-no-patch", "delta": "mark-no-prefix"}[kind]
                if ignored not in self.off:
                    live.update(second)
        return chars(live)

    def violation(self, s):
        packs = dict(s.packs)
        there = set(chars(packs[p] for p in self.view(s, s.maint) if p in packs))
        counted = self.counted(s, s.maint)
        for sid in counted:
            for _, first, second in ITEMS[sid]:
                if not {first, *second} <= there:
                    return f"snapshot of session {sid} misses {sorted({first, *second} - there)}"
        for i, w in enumerate(s.writers):
            if w.step in (ACKNOWLEDGED, CLOSED) and i + 1 not in counted:
                return f"snapshot of session {i + 1} was acknowledged and does not count"
        return None

    # --- steps ---

    def successors(self, s):
        for sid in self.forget:  # a user forgets a backup; only the holder of K_maint can
            if s.log[sid][1] == "S" and resolved(s.log[sid]) and sid not in s.forgot:
                after = s._replace(forgot=tuple(sorted(s.forgot + (sid,))))
                if sid:
                    writer = s.writers[sid - 1]._replace(step=FORGOTTEN)
                    after = after._replace(writers=with_item(s.writers, sid - 1, writer))
                yield after
        for i, w in enumerate(s.writers):
            yield from self.write(s, i, w)
            if self.late:
                yield from self.repeat(s, i, w)
        for i, m in enumerate(s.maintainers):
            yield from self.maintain(s, i, m)
        if self.forger and not s.forged:
            yield from self.forge(s)

    def slot(self, s, sid, k, letter):
        slots = s.log[sid]
        return s._replace(log=with_item(s.log, sid, slots[:k] + letter + slots[k + 1 :]))

    def write(self, s, i, w):
        sid = i + 1

        def go(step, s=s, **changes):
            return s._replace(writers=with_item(s.writers, i, w._replace(step=step, **changes)))

        order = ["register", "read maint", "read index", "upload"]
        if "register-late" in self.off:
            order = ["read maint", "read index", "register", "upload"]
        if w.step in order[:3]:
            following = order[order.index(w.step) + 1]
        if w.step == "register":  # W1
            yield go(following, self.slot(s, sid, 0, "O") if s.log[sid][0] == "." else s)
        elif w.step == "read maint":  # W2
            if sid < s.maint.closing and "begin-below" not in self.off:
                yield go(ABORTED)  # takes a new id and begins again
            else:
                yield go(following, maint=s.maint)
        elif w.step == "read index":  # W3, W4
            packs = dict(s.packs)
            names = set(w.maint.base) | {p for p in s.deltas if self.may_use(w.maint, owner(p))}
            yield go(following, index=tuple((p, packs[p]) for p in sorted(names) if p in packs))
        elif w.step == "upload":  # W5, W6
            missing = self.missing(w, sid)
            if missing:
                after = s._replace(packs=put(s.packs, f"P{sid}", missing))
                yield go("write delta", after, maint=None, index=(), uploaded=missing)
            else:
                yield go("commit", maint=None, index=())
        elif w.step == "write delta":
            yield go("commit", s._replace(deltas=tuple(sorted({*s.deltas, f"P{sid}"}))))
        elif w.step == "commit":  # W7
            if s.log[sid][1] == "." or "plain-commit" in self.off:
                yield go("look again", self.slot(s, sid, 1, "S"))
            else:
                yield go(REFUSED)
        elif w.step == "look again":  # W7b
            refused = sealed(s.maint, sid) and "no-second-look" not in self.off
            yield go(REFUSED if refused else ACKNOWLEDGED)
        elif w.step == ACKNOWLEDGED:  # W8
            yield go(CLOSED, self.slot(s, sid, 2, "C") if s.log[sid][2] == "." else s)

    def may_use(self, maint, sid):
        """Whether a delta of that session may be used: not if it could be sealed before our commit."""
        return sid >= maint.closing or "use-closing" in self.off and not sealed(maint, sid)

    def missing(self, w, sid):
        unusable = set() if "index-buried" in self.off else set(w.maint.buried)
        if "use-condemned" not in self.off:
            unusable |= set(w.maint.condemned)
        have = set(chars(chunks for p, chunks in w.index if p not in unusable))
        seen = set(chars(chunks for _, chunks in w.index))
        need = set()
        for _, first, second in ITEMS[sid]:
            need.add(first)
            if not ("trust-second" in self.off and second in seen):
                need.update(second)
        return "".join(sorted(need - have))

    def repeat(self, s, i, w):
        """A request of this writer arrives a second time."""
        sid = i + 1
        if w.step not in ("register", "read maint", "read index") and s.log[sid][0] == ".":
            yield self.slot(s, sid, 0, "O")
        sent = ("look again", REFUSED, ACKNOWLEDGED, CLOSED, FORGOTTEN)
        if w.step in sent and s.log[sid][1] == ".":
            yield self.slot(s, sid, 1, "S")
        if w.uploaded and f"P{sid}" not in dict(s.packs):
            yield s._replace(packs=put(s.packs, f"P{sid}", w.uploaded))
        if w.uploaded and w.step != "write delta" and f"P{sid}" not in s.deltas:
            yield s._replace(deltas=tuple(sorted((*s.deltas, f"P{sid}"))))

    def maintain(self, s, i, m):
        def go(step, s=s, **changes):
            return s._replace(maintainers=with_item(s.maintainers, i, m._replace(step=step, **changes)))

        fresh = Maintainer("choose", None, 0, (), "", (), ())
        again = s._replace(maintainers=with_item(s.maintainers, i, fresh))
        if m.step == "choose":  # G1
            if self.kill:  # sessions that were silent for long end before anything is chosen
                for sid in self.open_sessions(s, s.maint):
                    yield self.slot(s, sid, s.log[sid].find(".", 1), "K")
            number = self.next_number(s)
            if s.maint.condemned or s.maint.closing > s.maint.floor:
                yield go("list", maint=s.maint, number=number)  # finish what another one began
            for packs in self.candidates(s):
                if "list-early" in self.off:
                    early = self.open_sessions(s, s.maint)
                    yield go("condemn", maint=s.maint, number=number, packs=packs, kept=early)
                else:
                    yield go("condemn", maint=s.maint, number=number, packs=packs)
        elif m.step == "condemn":  # G2
            closing = m.maint.closing
            if "seal-unannounced" not in self.off:
                closing = max(closing, self.floor)
            condemned = tuple(sorted({*m.maint.condemned, *m.packs}))
            new = m.maint._replace(condemned=condemned, closing=closing)
            after, written = self.publish(s, m, new)
            if written is None:
                yield again
            else:
                step = "grace" if "list-early" in self.off else "list"
                kept = m.kept if step == "grace" else ()
                yield go(step, after, maint=written, number=written.number + 1, packs=(), kept=kept)
        elif m.step == "list":  # G3
            yield go("grace", kept=self.open_sessions(s, m.maint))
        elif m.step == "grace":
            still = [sid for sid in m.kept if not resolved(s.log[sid])]
            if not still or "no-grace" in self.off:
                yield go("mark", kept=())
            elif self.kill:
                sid = still[0]
                k = s.log[sid].find(".", 1)
                yield go("grace", self.slot(s, sid, k, "K"))
        elif m.step == "mark":  # G4
            alive = self.counted(s, m.maint)
            live = "a" if "no-remark" in self.off else self.marked(alive)
            yield go("copy", live=live, kept=() if "seal-live" in self.off else alive)
        elif m.step == "copy":
            if s.maint.number != m.maint.number and "bury-blindly" not in self.off:
                yield again
            else:
                yield self.copy(s, go, i, m)
        elif m.step == "bury":  # G5
            floor = self.floor if "seal-unannounced" in self.off else m.maint.closing
            based_on = s.maint if "bury-blindly" in self.off else m.maint
            gone = set(m.packs)
            base = (set(m.maint.base) | set(m.deltas)) - gone
            new = based_on._replace(
                buried=tuple(sorted({*m.maint.buried, *gone})), condemned=tuple(sorted(set(m.maint.condemned) - gone)), base=tuple(sorted(base)), floor=floor, closing=max(floor, m.maint.closing),
                kept=tuple(sid for sid in m.kept if sid < floor),
            )  # fmt: skip
            if "bury-blindly" in self.off:
                m = m._replace(number=s.maint.number + 1)
            after, written = self.publish(s, m, new)
            if written is None:
                yield again
            else:
                yield go("delete packs", after, maint=written, number=0, live="", kept=())
        elif m.step == "delete packs":  # G6, as late as it likes
            left = tuple(p for p in s.packs if p[0] not in m.packs)
            yield go("delete deltas", s._replace(packs=left), packs=())
        elif m.step == "delete deltas":
            left = tuple(sorted(set(s.deltas) - set(m.deltas)))
            yield go("delete slots", s._replace(deltas=left), deltas=())
        elif m.step == "delete slots":
            yield self.delete_slots(s, go("done", maint=None), m.maint)

    def delete_slots(self, s, after, maint):
        gone = [
            sid for sid in range(len(s.log))
            if sealed(maint, sid) or "delete-slots-early" in self.off and "K" in s.log[sid]
        ]  # fmt: skip
        log = tuple("..." if sid in gone else slots for sid, slots in enumerate(s.log))
        return after._replace(log=log, forgot=tuple(sid for sid in s.forgot if sid not in gone))

    def copy(self, s, go, i, m):
        packs, pending = dict(s.packs), set(m.maint.condemned)
        there = self.view(s, s.maint)
        if "count-condemned" not in self.off:
            there = there - pending
        safe = set(chars(packs[p] for p in there if p in packs))
        wanted = set(chars(packs[p] for p in pending if p in packs)) & set(m.live)
        deltas, chunks = set(s.deltas), "".join(sorted(wanted - safe))
        if chunks:
            name = f"Q{i}{m.maint.number}"
            s = s._replace(packs=put(s.packs, name, chunks))
            deltas.add(name)
        return go("bury", s, packs=tuple(sorted(pending)), deltas=tuple(sorted(deltas)))

    def open_sessions(self, s, maint):
        return tuple(
            sid for sid, slots in enumerate(s.log)
            if slots[0] == "O" and not resolved(slots) and not sealed(maint, sid)
        )  # fmt: skip

    def candidates(self, s):
        """Sets of packs that a run may condemn: those with something dead in them, and superfluous copies."""
        live, packs = set(self.marked(self.counted(s, s.maint))), dict(s.packs)
        there = self.view(s, s.maint)
        found = []
        for p, chunks in s.packs:
            sid = owner(p)
            if p in s.maint.condemned or p in s.maint.buried or sid is None and p not in there:
                continue
            if sid is not None and not (resolved(s.log[sid]) or sealed(s.maint, sid)):
                continue
            copied = any(q != p and q in packs and set(chunks) <= set(packs[q]) for q in there)
            if copied or set(chunks) - live:
                found.append(p)
        yield from ((p,) for p in found)
        if len(found) > 1:
            yield tuple(found)
        if self.floor > s.maint.closing:
            yield ()

    def next_number(self, s):
        if "skip-numbers" in self.off:
            return max(s.taken) + 1
        return s.maint.number + 1

    def publish(self, s, m, new):
        """put-if-absent of maint/<number>; a forged object there is read, found to be none, and passed over."""
        number = m.number
        while number in s.forged:
            number += 1
        if number in s.taken:
            return s, None
        new = new._replace(number=number)
        newest = new if number > s.maint.number else s.maint
        return s._replace(maint=newest, taken=tuple(sorted((*s.taken, number)))), new

    def forge(self, s):
        """The attacker has a writer's credentials and a store that enforces no policy."""
        number = s.maint.number + (3 if self.forger == "gap" else 1)
        if self.forger == "tombstone":
            for sid in range(1, len(s.log)):
                if s.log[sid][1] == "S":
                    forgot = (*s.forgot, sid) if "believe-tombstones" in self.off else s.forgot
                    yield s._replace(forged=(-1,), forgot=tuple(sorted(set(forgot))))
            return
        if number in s.taken:
            return
        after = s._replace(forged=(number,), taken=tuple(sorted((*s.taken, number))))
        if self.forger == "invented" and "believe-forged" in self.off:
            after = after._replace(maint=Maint(number, (), (), (), 0, 0, ()))
        if self.forger == "replayed" and "believe-replayed" in self.off:
            after = after._replace(maint=self.initial().maint._replace(number=number))
        yield after

    def search(self, states_max):
        """Breadth first, so that a violation comes with a shortest history."""
        first = self.initial()
        seen, queue = {first: None}, deque([first])
        facts = set()
        while queue:
            s = queue.popleft()
            problem = self.violation(s)
            if problem:
                return "VIOLATION", len(seen), problem, self.history(seen, s)
            self.note(s, facts)
            if len(seen) > states_max:
                return "LIMIT", len(seen), facts, []
            for n in self.successors(s):
                if n not in seen:
                    seen[n] = s
                    queue.append(n)
        return "OK", len(seen), facts, []

    def note(self, s, facts):
        if any(w.step == CLOSED for w in s.writers):
            facts.add("committed")
        if any("K" in slots for slots in s.log):
            facts.add("killed")
        if s.maint.buried:
            facts.add("buried")
        if any(slots == "..." and sealed(s.maint, sid) for sid, slots in enumerate(s.log)):
            facts.add("sealed")

    @staticmethod
    def history(seen, s):
        lines = []
        while s is not None:
            before = seen[s]
            if before is not None:
                lines.append("; ".join(f"{f}: {a} -> {b}" for f, a, b in zip(State._fields, before, s) if a != b))
            s = before
        return lines[::-1]
