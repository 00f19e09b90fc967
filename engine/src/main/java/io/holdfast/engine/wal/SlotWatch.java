package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ByteSize;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.postgres.sql.ServerFacts;
import io.holdfast.postgres.sql.ServerFacts.Slot;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks twice a minute how much WAL the slot makes the server keep. `max_slot_wal_keep_size`
/// bounds it on the server's side; where less than a tenth of that is left, `protect-database`
/// gives the slot up before the server must. *Confined*.
final class SlotWatch {
  private static final Logger LOG = LoggerFactory.getLogger(SlotWatch.class);
  private static final Duration EVERY = Duration.ofSeconds(30);
  private static final int TENTH = 10;

  private final EngineContext context;
  private final ConnectionUrl url;
  private final String slot;
  private final OverflowPolicy policy;
  private Instant due;

  SlotWatch(EngineContext context, ConnectionUrl url, String slot, OverflowPolicy policy) {
    this.context = context;
    this.url = url;
    this.slot = slot;
    this.policy = policy;
    this.due = context.clock().instant().plus(EVERY);
  }

  /// @throws BackupException `SLOT_LOST` when the slot had to be given up, or the server did so
  void tick() {
    Instant now = context.clock().instant();
    if (now.isBefore(due)) {
      return;
    }
    due = now.plus(EVERY);
    try (SqlConnection sql = SqlConnection.open(url, "holdfast wal watch")) {
      Optional<Slot> found =
          ServerFacts.slots(sql).stream().filter(s -> s.name().equals(slot)).findFirst();
      long limit =
          sql.value(
                  "SELECT setting::bigint << 20 FROM pg_settings WHERE name = 'max_slot_wal_keep_size'")
              .map(Long::parseLong)
              .orElse(-1L);
      if (found.isPresent()) {
        judge(found.get(), limit);
      }
    } catch (BackupException e) {
      if (e.code() == ErrorCode.SLOT_LOST) {
        throw e;
      }
      LOG.warn("cannot look at slot {}: {}", slot, e.text());
    }
  }

  private void judge(Slot found, long limit) {
    if (found.walStatus().equals("lost")) {
      throw new BackupException(
          ErrorCode.SLOT_LOST,
          "the server has removed WAL that slot " + slot + " still needed",
          "There is a gap in the archive. Drop the slot, start the stream again, and take a new backup.");
    }
    if (limit <= 0 || found.safeWalBytes().isEmpty()) {
      return;
    }
    long safe = found.safeWalBytes().get();
    if (safe > limit / TENTH) {
      return;
    }
    switch (policy) {
      case PROTECT_ARCHIVE ->
          LOG.warn(
              "slot {}: the server will keep only {} more of WAL before it gives the slot up",
              slot,
              new ByteSize(Math.max(0, safe)));
      case PROTECT_DATABASE ->
          throw new BackupException(
              ErrorCode.SLOT_LOST,
              "slot "
                  + slot
                  + " holds back almost as much WAL as max_slot_wal_keep_size allows, and the archive cannot keep up",
              "The slot is given up to protect the database. Make the repository faster or max_slot_wal_keep_size"
                  + " larger, drop the slot, start the stream again, and take a new backup.");
    }
  }
}
