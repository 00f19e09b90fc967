package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.wal.HeldWal.Verdict;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.sql.ServerFacts;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.ReplicationConnection;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks every few seconds how much WAL the slot makes the server keep, on a thread of its own: it
/// must look most of all while the archive stands still. Where too little room is left,
/// `protect-database` drops the slot before the server is in trouble. [#run] belongs to one thread;
/// the rest may be called from others.
final class SlotGuard {
  private static final Logger LOG = LoggerFactory.getLogger(SlotGuard.class);
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final Duration SLICE = Duration.ofMillis(200);
  private static final Duration WARN_EVERY = Duration.ofMinutes(5);
  private static final String APPLICATION = "holdfast wal watch";
  private static final int DROP_TRIES = 100;
  private static final int TRIES_BEFORE_CLOSING = 5;
  private static final int TRIES_BEFORE_TERMINATING = 10;

  private final EngineContext context;
  private final ConnectionUrl url;
  private final String slot;
  private final OverflowPolicy policy;
  private final AtomicReference<@Nullable Streaming> streaming = new AtomicReference<>();
  private final AtomicReference<@Nullable BackupException> lost = new AtomicReference<>();
  private Instant warnAgain = Instant.EPOCH;
  private boolean blind;
  private volatile boolean stopped;

  SlotGuard(EngineContext context, ConnectionUrl url, String slot, OverflowPolicy policy) {
    this.context = context;
    this.url = url;
    this.slot = slot;
    this.policy = policy;
  }

  /// Why the slot is gone, once it is.
  Optional<BackupException> lost() {
    return Optional.ofNullable(lost.get());
  }

  /// Ends [#run] soon, but not in the middle of giving the slot up.
  void stop() {
    stopped = true;
  }

  /// What uses the slot.
  private record Streaming(ReplicationConnection connection, ArchivingSink sink) {}

  /// What has to let go when the slot is given up, from now on until [#detach].
  void attach(ReplicationConnection connection, ArchivingSink sink) {
    streaming.set(new Streaming(connection, sink));
    lost().ifPresent(sink::abandon);
  }

  void detach() {
    streaming.set(null);
  }

  /// Looks again and again, until the slot is gone or [#stop].
  void run() throws InterruptedException {
    while (!stopped && lost.get() == null) {
      for (Duration left = EVERY; left.isPositive() && !stopped; left = left.minus(SLICE)) {
        context.pause().await(SLICE);
      }
      if (!stopped) {
        look();
      }
    }
  }

  /// Looks once and does what the policy says.
  void look() throws InterruptedException {
    Optional<HeldWal> held = Optional.empty();
    try (SqlConnection sql = SqlConnection.open(url, APPLICATION)) {
      held = held(sql);
      blind = false;
    } catch (BackupException e) {
      // While the server is away the stream says so at each try.
      if (!blind) {
        LOG.warn("cannot look at slot {}: {}", slot, e.text());
      }
      blind = true;
    }
    if (held.isPresent()) {
      act(held.get().judge());
    }
  }

  /// What the slot holds back now; empty if there is no such slot or it keeps nothing.
  Optional<HeldWal> held(SqlConnection sql) {
    return ServerFacts.slots(sql).stream()
        .filter(s -> s.name().equals(slot) && !s.walStatus().isEmpty())
        .findFirst()
        .map(
            s -> {
              Lsn end = ServerFacts.currentLsn(sql);
              long segmentBytes =
                  sql.value("SHOW wal_segment_size").map(WalSizes::bytes).orElse(16L << 20);
              return new HeldWal(
                  s.walStatus(),
                  Math.max(0, end.minus(s.restart().orElse(end))),
                  segmentBytes,
                  limit(sql),
                  s.safeWalBytes().map(OptionalLong::of).orElseGet(OptionalLong::empty),
                  LocalServerDisk.freeForWal(sql));
            });
  }

  private static OptionalLong limit(SqlConnection sql) {
    long bytes =
        sql.value(
                "SELECT setting::bigint << 20 FROM pg_settings WHERE name = 'max_slot_wal_keep_size'")
            .map(Long::parseLong)
            .orElse(-1L);
    return bytes < 0 ? OptionalLong.empty() : OptionalLong.of(bytes);
  }

  private void act(Verdict verdict) throws InterruptedException {
    switch (verdict) {
      case Verdict.Fine _ -> {}
      case Verdict.Watch(String why) -> warn(why);
      case Verdict.Lost _ ->
          letGo(
              new BackupException(
                  ErrorCode.SLOT_LOST,
                  "the server has removed WAL that slot " + slot + " still needed",
                  "There is a gap in the archive. Drop the slot (SELECT pg_drop_replication_slot('"
                      + slot
                      + "')), start the stream again, and take a new backup."));
      case Verdict.NearlyFull(String why) -> {
        switch (policy) {
          case PROTECT_ARCHIVE -> warn(why);
          case PROTECT_DATABASE -> giveUp(why);
        }
      }
    }
  }

  private void warn(String why) {
    Instant now = context.clock().instant();
    if (!now.isBefore(warnAgain)) {
      warnAgain = now.plus(WARN_EVERY);
      LOG.warn("slot {}: {}; the archive does not keep up", slot, why);
    }
  }

  /// An active slot cannot be dropped: the stream lets go first, and if it cannot, the server ends
  /// its connection.
  private void giveUp(String why) throws InterruptedException {
    LOG.error("slot {} is given up to protect the database: {}", slot, why);
    letGo(
        new BackupException(
            ErrorCode.SLOT_LOST,
            "slot " + slot + " was dropped to protect the database: " + why,
            "The archive has a gap from here on. Find out why the repository did not keep up, start"
                + " 'holdfast wal stream' again and take a new backup: until then nothing newer can be"
                + " recovered."));
    for (int attempt = 0; attempt < DROP_TRIES; attempt++) {
      if (isDropped(attempt)) {
        LOG.error("slot {} is dropped", slot);
        return;
      }
      context.pause().await(SLICE);
    }
    fail(
        new BackupException(
            ErrorCode.SLOT_LOST,
            "slot "
                + slot
                + " must be dropped to protect the database, but is still in use: "
                + why,
            "Drop it now: SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '"
                + slot
                + "'; then SELECT pg_drop_replication_slot('"
                + slot
                + "')."));
  }

  private boolean isDropped(int attempt) {
    try (SqlConnection sql = SqlConnection.open(url, APPLICATION)) {
      List<List<String>> found =
          sql.query("SELECT active_pid FROM pg_replication_slots WHERE slot_name = ?", slot);
      if (found.isEmpty()) {
        return true;
      }
      String user = found.getFirst().getFirst();
      if (user.isEmpty()) {
        sql.query("SELECT pg_drop_replication_slot(?)", slot);
        return true;
      }
      if (attempt == TRIES_BEFORE_CLOSING) {
        closeConnection();
      } else if (attempt == TRIES_BEFORE_TERMINATING) {
        LOG.warn("the server is told to end the connection that uses slot {}", slot);
        sql.query("SELECT pg_terminate_backend(?::int)", user);
      }
    } catch (BackupException e) {
      LOG.warn("slot {} cannot be dropped yet: {}", slot, e.text());
    }
    return false;
  }

  private void letGo(BackupException why) {
    fail(why);
    Streaming current = streaming.get();
    if (current != null) {
      current.sink().abandon(why);
    }
  }

  /// The stream did not let go by itself: it may wait for a store that does not answer. The server
  /// could not end the connection either while it has WAL to send that nobody reads.
  private void closeConnection() {
    Streaming current = streaming.get();
    if (current != null) {
      try {
        current.connection().close();
      } catch (IOException e) {
        LOG.warn(
            "the connection that uses slot {} was not closed in order: {}", slot, e.toString());
      }
    }
  }

  private void fail(BackupException why) {
    lost.set(why);
  }
}
