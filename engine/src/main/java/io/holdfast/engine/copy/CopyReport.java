package io.holdfast.engine.copy;

import io.holdfast.base.ByteSize;
import io.holdfast.repository.Exchange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What was copied, and what was not.
///
/// @param way how chunks came over
/// @param wal what of the write-ahead log came over
/// @param walProblems write-ahead log that was not copied, or that differs in the target
/// @param problems what else keeps the copy from being whole: backups of the source that cannot be
///   named, erasures that the target does not know
/// @param warnings what a person should know
public record CopyReport(
    String target,
    Exchange.Way way,
    List<Copied> backups,
    WalTally wal,
    List<String> walProblems,
    List<String> problems,
    List<String> warnings) {
  public CopyReport {
    backups = List.copyOf(backups);
    walProblems = List.copyOf(walProblems);
    problems = List.copyOf(problems);
    warnings = List.copyOf(warnings);
  }

  /// What became of one backup.
  public enum Outcome {
    COPIED("copied"),
    ALREADY_THERE("already there"),
    /// Of a dry run.
    WOULD_COPY("to copy"),
    /// The target has shredded the domain that it is in: somebody wanted it to be nowhere.
    SHREDDED_THERE("shredded there"),
    FAILED("FAILED");

    private final String word;

    Outcome(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }

  /// One backup.
  ///
  /// @param logicalBytes what it holds
  /// @param storedBytes what the target got for it
  /// @param problem why it failed; empty if it did not
  public record Copied(
      String name,
      String source,
      Outcome outcome,
      long logicalBytes,
      long storedBytes,
      String problem) {}

  /// Objects and bytes of write-ahead log.
  ///
  /// @param objects that were stored, or would be
  /// @param bytes plain bytes of these
  /// @param alreadyThere objects that were not needed
  public record WalTally(long objects, long bytes, long alreadyThere) {
    static final WalTally NONE = new WalTally(0, 0, 0);

    WalTally plus(WalTally other) {
      return new WalTally(
          objects + other.objects, bytes + other.bytes, alreadyThere + other.alreadyThere);
    }
  }

  public long count(Outcome outcome) {
    return backups.stream().filter(backup -> backup.outcome() == outcome).count();
  }

  /// True if every backup is in the target now, or would be, with its write-ahead log; but for what
  /// the target has shredded.
  public boolean isWhole() {
    return count(Outcome.FAILED) == 0 && walProblems.isEmpty() && problems.isEmpty();
  }

  /// True if some of it is there, though not all.
  public boolean isPartial() {
    return !isWhole() && count(Outcome.FAILED) < backups.size();
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("target", target);
    map.put("sameKeySpace", way == Exchange.Way.FRAMES);
    map.put("whole", isWhole());
    map.put("backups", backups.stream().map(CopyReport::toMap).toList());
    map.put("walObjects", wal.objects());
    map.put("walBytes", wal.bytes());
    map.put("walObjectsAlreadyThere", wal.alreadyThere());
    map.put("walProblems", walProblems);
    map.put("problems", problems);
    map.put("warnings", warnings);
    return map;
  }

  private static Map<String, Object> toMap(Copied backup) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", backup.name());
    map.put("source", backup.source());
    map.put("outcome", backup.outcome().word().toLowerCase(java.util.Locale.ROOT));
    map.put("logicalBytes", backup.logicalBytes());
    map.put("storedBytes", backup.storedBytes());
    map.put("problem", backup.problem().isEmpty() ? null : backup.problem());
    return map;
  }

  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    for (Copied backup : backups) {
      lines.add(
          switch (backup.outcome()) {
            case COPIED ->
                "%s  copied: %s, stored %s"
                    .formatted(
                        backup.name(),
                        new ByteSize(backup.logicalBytes()),
                        new ByteSize(backup.storedBytes()));
            case ALREADY_THERE -> backup.name() + "  already there";
            case WOULD_COPY ->
                "%s  to copy: %s".formatted(backup.name(), new ByteSize(backup.logicalBytes()));
            case SHREDDED_THERE ->
                backup.name() + "  left out: its domain was shredded in the target";
            case FAILED -> backup.name() + "  FAILED: " + backup.problem();
          });
    }
    lines.add(
        "write-ahead log: %d objects of %s%s, %d already there"
            .formatted(
                wal.objects(),
                new ByteSize(wal.bytes()),
                count(Outcome.WOULD_COPY) > 0 ? " to copy" : "",
                wal.alreadyThere()));
    problems.forEach(problem -> lines.add("FAILED: " + problem));
    walProblems.forEach(problem -> lines.add("FAILED: " + problem));
    lines.add(
        switch (way) {
          case FRAMES -> "both repositories share a key space: nothing is sealed anew";
          case CONTENT -> "the repositories have different keys: everything is sealed anew";
        });
    return lines;
  }
}
