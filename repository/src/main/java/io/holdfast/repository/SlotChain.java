package io.holdfast.repository;

import io.holdfast.storage.WriteOutcomeUnknownException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The slots of one session, claimed one after the other. Whoever works for long says PING now and
/// then, so that maintenance does not take the session for dead. Thread-safe.
final class SlotChain {
  static final Duration PING_EVERY = Duration.ofHours(1);

  private static final Logger LOG = LoggerFactory.getLogger(SlotChain.class);

  private final SessionLog log;
  private final RepositoryOptions options;
  private final SessionId session;

  /// When the last slot was written; read without the lock, only to see that nothing is due.
  private volatile Instant lastAt;

  /// Guarded by `this`, as all that follows.
  private int next = 1;

  private Digest previous;

  /// A PING of which nobody can say whether it was stored: it is put once more before anything
  /// else.
  private byte @Nullable [] unknown;

  /// @param opened the digest of slot 0
  SlotChain(SessionLog log, RepositoryOptions options, SessionId session, Digest opened) {
    this.log = log;
    this.options = options;
    this.session = session;
    this.previous = opened;
    this.lastAt = options.clock().instant();
  }

  /// Makes a record that names the slot before it.
  interface NextRecord {
    SlotRecord after(Digest previous, Instant now);
  }

  /// What became of a claim.
  ///
  /// @param digest of the slot's object, if it is ours
  record Claim(SnapshotId place, Digest digest, ResolvedPut.Owner owner) {}

  /// Claims the next slot.
  ///
  /// @throws WriteOutcomeUnknownException if nobody can say whether it was
  synchronized Claim claim(NextRecord record) throws IOException {
    if (settleUnknown() == ResolvedPut.Owner.SOMEBODY_ELSE) {
      return new Claim(place(), previous, ResolvedPut.Owner.SOMEBODY_ELSE);
    }
    SnapshotId place = place();
    Instant now = options.clock().instant();
    byte[] object = log.seal(place, record.after(previous, now));
    ResolvedPut.Owner owner = log.claim(place, object);
    if (owner == ResolvedPut.Owner.OURS) {
      advance(object, now);
    }
    return new Claim(place, Digest.of(object), owner);
  }

  /// Says PING if nothing was said for long. A store that cannot be reached is no reason to stop.
  ///
  /// @return false if somebody else has the slot
  boolean beat() throws IOException {
    if (Duration.between(lastAt, options.clock().instant()).compareTo(PING_EVERY) < 0) {
      return true;
    }
    synchronized (this) {
      Instant now = options.clock().instant();
      if (Duration.between(lastAt, now).compareTo(PING_EVERY) < 0) {
        return true;
      }
      return ping(now);
    }
  }

  private synchronized boolean ping(Instant now) throws IOException {
    try {
      if (settleUnknown() == ResolvedPut.Owner.SOMEBODY_ELSE) {
        return false;
      }
    } catch (IOException e) {
      return later(now, e);
    }
    byte[] object = log.seal(place(), new SlotRecord.Ping(now, previous));
    try {
      if (log.claim(place(), object) == ResolvedPut.Owner.SOMEBODY_ELSE) {
        return false;
      }
      advance(object, now);
      return true;
    } catch (WriteOutcomeUnknownException e) {
      unknown = object;
      return later(now, e);
    } catch (IOException e) {
      return later(now, e);
    }
  }

  private boolean later(Instant now, IOException e) {
    LOG.warn("session {} could not say that it lives: {}", session, e.getMessage());
    lastAt = now;
    return true;
  }

  private synchronized ResolvedPut.Owner settleUnknown() throws IOException {
    byte[] object = unknown;
    if (object == null) {
      return ResolvedPut.Owner.OURS;
    }
    ResolvedPut.Owner owner = log.claim(place(), object);
    unknown = null;
    if (owner == ResolvedPut.Owner.OURS) {
      advance(object, options.clock().instant());
    }
    return owner;
  }

  private synchronized SnapshotId place() {
    return new SnapshotId(session, next);
  }

  private synchronized void advance(byte[] object, Instant now) {
    next++;
    previous = Digest.of(object);
    lastAt = now;
  }
}
