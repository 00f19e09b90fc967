package io.holdfast.server.audit;

import io.holdfast.server.audit.Checkpoints.Checkpoint;
import io.holdfast.server.catalog.CatalogJson;
import io.holdfast.server.web.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/// The log of what people did. Entries are added and never changed; a chain of digests shows if
/// somebody does it all the same.
public final class Audit {
  /// Of the lock under which entries are added, one after another.
  private static final long LOCK = 0x686f6c6461756469L;

  private static final int TARGET_CHARACTERS_MAX = 500;
  private static final int CHECKED_AT_ONCE = 1000;

  private final JdbcClient jdbc;
  private final TransactionOperations transactions;
  private final CatalogJson json;

  public Audit(JdbcClient jdbc, TransactionOperations transactions, CatalogJson json) {
    this.jdbc = jdbc;
    this.transactions = transactions;
    this.json = json;
  }

  /// Writes down what somebody does; within the transaction of the doing, if there is one.
  ///
  /// @param actor a user, or a part of Holdfast
  /// @param details must hold no secret
  public void record(String actor, String action, String target, Map<String, ?> details) {
    transactions.executeWithoutResult(_ -> append(actor, action, target, json.text(details)));
  }

  private void append(String actor, String action, String target, String details) {
    var _ =
        jdbc.sql("SELECT 1 FROM (SELECT pg_advisory_xact_lock(:lock)) AS taken")
            .param("lock", LOCK)
            .query(Integer.class)
            .single();
    Optional<AuditEntry> last =
        jdbc.sql("SELECT * FROM audit ORDER BY number DESC LIMIT 1").query(Audit::entry).optional();
    long number = last.map(AuditEntry::number).orElse(0L) + 1;
    Instant at = jdbc.sql("SELECT catalog_now()").query(OffsetDateTime.class).single().toInstant();
    String about =
        target.length() > TARGET_CHARACTERS_MAX
            ? target.substring(0, TARGET_CHARACTERS_MAX)
            : target;
    String digest =
        Chain.digest(
            last.map(AuditEntry::digest).orElse(Chain.BEGIN),
            number,
            at,
            actor,
            action,
            about,
            details);
    int _ =
        jdbc.sql(
                """
                INSERT INTO audit (number, at, actor, action, target, details, digest)
                VALUES (:number, :at, :actor, :action, :target, :details, :digest)
                """)
            .param("number", number)
            .param("at", at.atOffset(ZoneOffset.UTC))
            .param("actor", actor)
            .param("action", action)
            .param("target", about)
            .param("details", details)
            .param("digest", HexFormat.of().parseHex(digest))
            .update();
  }

  /// Newest first.
  public Page<AuditEntry> list(Page.Window window) {
    List<AuditEntry> entries =
        jdbc.sql("SELECT * FROM audit ORDER BY number DESC LIMIT :limit OFFSET :offset")
            .param("limit", window.limit())
            .param("offset", window.offset())
            .query(Audit::entry)
            .list();
    long total = jdbc.sql("SELECT coalesce(max(number), 0) FROM audit").query(Long.class).single();
    return Page.of(entries, total, window);
  }

  /// What a look at the whole chain found.
  ///
  /// @param head the digest of the last sound entry
  /// @param checkpoints how many notes outside of the catalog agree
  /// @param problem the first thing that is wrong; empty if nothing is
  public record Verdict(long entries, String head, int checkpoints, Optional<String> problem) {}

  /// Reads every entry, oldest first, and compares with what was noted of the log elsewhere.
  ///
  /// @throws io.holdfast.base.BackupException if that cannot be asked for now
  public Verdict verify(Checkpoints checkpoints) {
    Map<Long, List<Checkpoint>> noted =
        checkpoints.all().stream().collect(Collectors.groupingBy(Checkpoint::number));
    String previous = Chain.BEGIN;
    long number = 0;
    int agreed = 0;
    while (true) {
      List<AuditEntry> entries = after(number);
      if (entries.isEmpty()) {
        return new Verdict(number, previous, agreed, cutOff(noted, number));
      }
      for (AuditEntry entry : entries) {
        List<Checkpoint> here = noted.getOrDefault(entry.number(), List.of());
        Optional<String> problem = problem(entry, number + 1, previous, here);
        if (problem.isPresent()) {
          return new Verdict(number, previous, agreed, problem);
        }
        agreed += here.size();
        number = entry.number();
        previous = entry.digest();
      }
    }
  }

  private List<AuditEntry> after(long number) {
    return jdbc.sql("SELECT * FROM audit WHERE number > :number ORDER BY number LIMIT :limit")
        .param("number", number)
        .param("limit", CHECKED_AT_ONCE)
        .query(Audit::entry)
        .list();
  }

  private static Optional<String> problem(
      AuditEntry entry, long expected, String previous, List<Checkpoint> noted) {
    if (entry.number() != expected) {
      return Optional.of("entry " + expected + " is missing");
    }
    if (!Chain.seals(entry, previous)) {
      return Optional.of("entry " + expected + " was changed");
    }
    return noted.stream()
        .filter(checkpoint -> !checkpoint.digest().equals(entry.digest()))
        .findFirst()
        .map(it -> "entry " + expected + " or one before is not what it was in " + it.where());
  }

  private static Optional<String> cutOff(Map<Long, List<Checkpoint>> noted, long last) {
    return noted.entrySet().stream()
        .filter(it -> it.getKey() > last)
        .max(Map.Entry.comparingByKey())
        .map(
            it ->
                "entries behind "
                    + last
                    + " are missing: there were "
                    + it.getKey()
                    + " in "
                    + it.getValue().getFirst().where());
  }

  private static AuditEntry entry(ResultSet row, int index) throws SQLException {
    return new AuditEntry(
        row.getLong("number"),
        row.getObject("at", OffsetDateTime.class).toInstant(),
        row.getString("actor"),
        row.getString("action"),
        row.getString("target"),
        row.getString("details"),
        HexFormat.of().formatHex(row.getBytes("digest")));
  }
}
