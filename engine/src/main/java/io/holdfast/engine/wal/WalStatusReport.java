package io.holdfast.engine.wal;

import io.holdfast.base.ByteSize;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the repository holds of a source's WAL, and how that compares with the server.
public record WalStatusReport(
    String source,
    List<Archive> archives,
    Optional<Server> server,
    Optional<String> serverProblem) {
  public WalStatusReport {
    archives = List.copyOf(archives);
  }

  /// The WAL of one timeline of one cluster.
  ///
  /// @param interruptions where and why the stream had to break off
  /// @param observedUntil until when, by the server's clock, the archive is known to be complete
  public record Archive(
      String systemIdentifier,
      int timeline,
      String from,
      String to,
      long bytes,
      long objects,
      Optional<Instant> observedUntil,
      List<String> gaps,
      List<String> interruptions) {}

  /// The server's side.
  public record Server(
      String systemIdentifier,
      String currentLsn,
      Optional<Long> lagBytes,
      String slot,
      String slotState,
      Optional<String> slotRestart) {}

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("source", source);
    map.put("archives", archives.stream().map(WalStatusReport::toMap).toList());
    map.put(
        "server",
        server.map(
            s -> {
              Map<String, Object> m = new LinkedHashMap<>();
              m.put("systemIdentifier", s.systemIdentifier());
              m.put("currentLsn", s.currentLsn());
              m.put("lagBytes", s.lagBytes());
              m.put("slot", s.slot());
              m.put("slotState", s.slotState());
              m.put("slotRestart", s.slotRestart());
              return m;
            }));
    map.put("serverProblem", serverProblem);
    return map;
  }

  private static Map<String, Object> toMap(Archive archive) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("systemIdentifier", archive.systemIdentifier());
    map.put("timeline", archive.timeline());
    map.put("from", archive.from());
    map.put("to", archive.to());
    map.put("bytes", archive.bytes());
    map.put("objects", archive.objects());
    map.put("observedUntil", archive.observedUntil());
    map.put("gaps", archive.gaps());
    map.put("interruptions", archive.interruptions());
    return map;
  }

  public List<String> describe() {
    var lines = new ArrayList<String>();
    lines.add("WAL of source " + source);
    if (archives.isEmpty()) {
      lines.add("  nothing is stored yet; start 'holdfast wal stream'");
    }
    for (Archive archive : archives) {
      lines.add(
          "  cluster "
              + archive.systemIdentifier()
              + ", timeline "
              + archive.timeline()
              + ": "
              + archive.from()
              + " to "
              + archive.to()
              + " ("
              + new ByteSize(archive.bytes())
              + " in "
              + (archive.objects() == 1 ? "1 object)" : archive.objects() + " objects)"));
      archive
          .observedUntil()
          .ifPresent(time -> lines.add("    complete until " + time + " by the server's clock"));
      archive.gaps().forEach(gap -> lines.add("    GAP " + gap));
      archive.interruptions().forEach(text -> lines.add("    INTERRUPTED: " + text));
    }
    server.ifPresent(s -> describe(s, lines));
    serverProblem.ifPresent(problem -> lines.add("  server: " + problem));
    return lines;
  }

  private static void describe(Server server, List<String> lines) {
    lines.add("  server at " + server.currentLsn());
    lines.add(
        "    lag "
            + server.lagBytes().map(bytes -> new ByteSize(bytes).toString()).orElse("unknown"));
    lines.add(
        "    slot "
            + server.slot()
            + ": "
            + server.slotState()
            + server.slotRestart().map(lsn -> ", keeps WAL from " + lsn).orElse(""));
  }
}
