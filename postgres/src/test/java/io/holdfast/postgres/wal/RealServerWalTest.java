package io.holdfast.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.testing.TestCluster;
import io.holdfast.postgres.testing.TestPrograms;
import io.holdfast.postgres.wal.WalFact.TransactionEnd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Reads what real servers wrote. Of 15 `pg_waldump` says what there is; of the others SQL does.
class RealServerWalTest {
  private static final Pattern DUMPED =
      Pattern.compile(
          "rmgr: (\\S+)\\s+len \\(rec/tot\\):\\s*\\d+/\\s*(\\d+), tx:\\s*(\\d+), lsn: (\\S+), prev (\\S+),"
              + " desc: (.*)");
  private static final Pattern ENDED =
      Pattern.compile("(COMMIT|ABORT)(?:_PREPARED (\\d+):)? (\\S+ \\S+) UTC.*");

  private static final List<String> MANAGERS =
      List.of(
          "XLOG",
          "Transaction",
          "Storage",
          "CLOG",
          "Database",
          "Tablespace",
          "MultiXact",
          "RelMap",
          "Standby",
          "Heap2",
          "Heap",
          "Btree",
          "Hash",
          "Gin",
          "Gist",
          "Sequence",
          "SPGist",
          "BRIN",
          "CommitTs",
          "ReplicationOrigin",
          "Generic",
          "LogicalMessage");

  /// A record in the form in which both sides can tell it.
  private record Told(
      int manager, int totalBytes, long xid, Lsn start, Lsn previous, Optional<String> ended) {}

  private record Read(List<Told> records, List<WalFact> facts, WalEnd end) {}

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void tellsWhatTheServerTells(int majorVersion) throws IOException, SQLException {
    long seed = Seeds.stream().findFirst().orElse(1);
    try (TestCluster cluster = TestCluster.create(majorVersion)) {
      WalWorkload.configure(cluster);
      cluster.start();
      WalWorkload workload;
      List<String> control;
      try (Connection connection = cluster.connect()) {
        workload =
            new WalWorkload(cluster, connection, Seeds.random(seed + majorVersion), majorVersion);
        workload.prepare();
        workload.run(150);
        TestCluster.sql(connection, "CHECKPOINT");
        control =
            TestCluster.sql(
                connection,
                "SELECT checkpoint_lsn, redo_lsn, timeline_id, prev_timeline_id,"
                    + " extract(epoch FROM checkpoint_time)::bigint FROM pg_control_checkpoint()");
      }
      cluster.stop();
      Read read = read(cluster.data(), majorVersion, 1, Seeds.random(seed));
      assertThat(read.end().reason()).isEqualTo(WalEnd.Reason.ZERO_LENGTH);
      checkTransactions(workload, read.facts());
      checkPoints(workload, read.facts());
      checkCheckpoint(control.getFirst(), read.facts());
      if (majorVersion == TestPrograms.WITH_TOOLS) {
        checkDump(cluster, read);
      }
    }
  }

  private static void checkTransactions(WalWorkload workload, List<WalFact> facts) {
    Map<Long, TransactionEnd> ends = new HashMap<>();
    for (WalFact fact : facts) {
      if (fact instanceof TransactionEnd end) {
        assertThat(ends.put(end.xid(), end)).as("ended twice: " + end).isNull();
      }
    }
    assertThat(workload.ended).hasSizeGreaterThan(80);
    for (WalWorkload.Ended expected : workload.ended) {
      assertThat(ends).as(expected.toString()).containsKey(expected.xid());
      TransactionEnd end = Objects.requireNonNull(ends.get(expected.xid()));
      assertThat(end.outcome().commits()).isEqualTo(expected.commit());
      if (expected.commit()) {
        assertThat(end.time()).isEqualTo(expected.time());
      }
      assertThat(end.lsn().isBefore(expected.before())).as(expected.toString()).isFalse();
      assertThat(expected.after().isBefore(end.end())).as(expected.toString()).isFalse();
    }
  }

  private static void checkPoints(WalWorkload workload, List<WalFact> facts) {
    List<WalWorkload.Point> points =
        facts.stream()
            .filter(WalFact.RestorePoint.class::isInstance)
            .map(WalFact.RestorePoint.class::cast)
            .map(point -> new WalWorkload.Point(point.name(), point.end()))
            .toList();
    assertThat(points).isNotEmpty().isEqualTo(workload.points);
  }

  private static void checkCheckpoint(String control, List<WalFact> facts) {
    assertThat(
            facts.stream()
                .filter(WalFact.Checkpoint.class::isInstance)
                .map(WalFact.Checkpoint.class::cast)
                .map(
                    c ->
                        String.join(
                            "|",
                            c.lsn().toString(),
                            c.redo().toString(),
                            Integer.toString(c.timeline()),
                            Integer.toString(c.previousTimeline()),
                            Long.toString(c.time().getEpochSecond()))))
        .contains(control);
  }

  private static void checkDump(TestCluster cluster, Read read) throws IOException {
    String dump =
        cluster.asServerUser(
            List.of(
                "env",
                "TZ=UTC",
                cluster.programs().program("pg_waldump").toString(),
                "-p",
                cluster.data().resolve("pg_wal").toString(),
                "-s",
                "0/1000028",
                "-e",
                read.end().at().toString()));
    List<Told> expected = new ArrayList<>();
    for (String line : dump.lines().toList()) {
      Matcher matcher = DUMPED.matcher(line);
      assertThat(matcher.matches()).as(line).isTrue();
      expected.add(
          new Told(
              MANAGERS.indexOf(matcher.group(1)),
              Integer.parseInt(matcher.group(2)),
              Long.parseLong(matcher.group(3)),
              Lsn.parse(matcher.group(4)),
              Lsn.parse(matcher.group(5)),
              ended(matcher)));
    }
    assertThat(read.records()).hasSizeGreaterThan(5000).isEqualTo(expected);
  }

  private static Optional<String> ended(Matcher dumped) {
    if (!dumped.group(1).equals("Transaction")) {
      return Optional.empty();
    }
    Matcher matcher = ENDED.matcher(dumped.group(6));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    boolean prepared = matcher.group(2) != null;
    String xid = prepared ? matcher.group(2) : dumped.group(3);
    Instant time = Instant.parse(matcher.group(3).replace(' ', 'T') + "Z");
    return Optional.of(matcher.group(1) + (prepared ? "_PREPARED" : "") + " " + xid + " " + time);
  }

  @Test
  void aPromotionIsFollowedOverItsSwitchPoint() throws IOException, SQLException {
    try (TestCluster cluster = TestCluster.create(17)) {
      WalWorkload.configure(cluster);
      cluster.start();
      List<Long> xids = new ArrayList<>();
      try (Connection connection = cluster.connect()) {
        WalWorkload workload = new WalWorkload(cluster, connection, Seeds.random(1), 17);
        workload.prepare();
        workload.run(20);
        workload.ended.forEach(e -> xids.add(e.xid()));
      }
      cluster.stop();
      // A recovery that finds nothing to do ends on a new timeline.
      Files.createFile(cluster.data().resolve("recovery.signal"));
      cluster.configure("restore_command = 'false'");
      cluster.start();
      try (Connection connection = cluster.connect()) {
        WalWorkload workload = new WalWorkload(cluster, connection, Seeds.random(2), 17);
        workload.run(20);
        workload.ended.forEach(e -> xids.add(e.xid()));
      }
      cluster.stop();
      Path wal = cluster.data().resolve("pg_wal");
      String text = Files.readString(wal.resolve("00000002.history"));
      TimelineHistory history = TimelineHistory.parse(2, text);
      assertThat(history.format()).isEqualTo(text);
      Lsn left = history.ancestors().getFirst().left();
      Read second = read(cluster.data(), 17, 2, Seeds.random(3));
      assertThat(second.records()).anyMatch(r -> r.start().isBefore(left));
      assertThat(second.facts())
          .anyMatch(
              fact ->
                  fact instanceof WalFact.Checkpoint checkpoint
                      && checkpoint.timeline() == 2
                      && checkpoint.previousTimeline() == 1
                      && !checkpoint.lsn().isBefore(left));
      List<Long> read = new ArrayList<>(ended(read(cluster.data(), 17, 1, Seeds.random(4)), left));
      read.addAll(
          ended(second, TimelineHistory.END).stream().filter(x -> !read.contains(x)).toList());
      assertThat(read).containsAll(xids);
    }
  }

  private static List<Long> ended(Read read, Lsn before) {
    return read.facts().stream()
        .filter(fact -> fact.lsn().isBefore(before))
        .filter(TransactionEnd.class::isInstance)
        .map(fact -> ((TransactionEnd) fact).xid())
        .toList();
  }

  private static Read read(Path data, int majorVersion, int timeline, SplittableRandom random)
      throws IOException {
    WalVersion version = WalVersion.ofMajor(majorVersion).orElseThrow();
    List<WalSegmentName> segments;
    try (Stream<Path> files = Files.list(data.resolve("pg_wal"))) {
      segments =
          files
              .flatMap(f -> WalSegmentName.parse(f.getFileName().toString()).stream())
              .filter(name -> name.timeline() == timeline)
              .sorted(java.util.Comparator.comparing(WalSegmentName::toString))
              .toList();
    }
    WalReader reader =
        WalReader.anywhere(
            new WalFormat(version, WalSegmentSize.DEFAULT, timeline),
            segments.getFirst().start(WalSegmentSize.DEFAULT));
    List<Told> records = new ArrayList<>();
    List<WalFact> facts = new ArrayList<>();
    for (WalSegmentName segment : segments) {
      byte[] bytes = Files.readAllBytes(data.resolve("pg_wal").resolve(segment.toString()));
      int at = 0;
      while (at < bytes.length && reader.end().isEmpty()) {
        int most = random.nextInt(10) == 0 ? 30 : 200_000;
        int count = Math.min(bytes.length - at, 1 + random.nextInt(most));
        reader.feed(
            ByteBuffer.wrap(bytes, at, count),
            record -> {
              Optional<WalFact> fact = WalFacts.in(record, version);
              fact.ifPresent(facts::add);
              records.add(told(record, fact));
              return true;
            });
        at += count;
      }
    }
    return new Read(records, facts, reader.end().orElseThrow());
  }

  private static Told told(WalRecord record, Optional<WalFact> fact) {
    Optional<String> ended =
        fact.filter(TransactionEnd.class::isInstance)
            .map(TransactionEnd.class::cast)
            .map(end -> end.outcome() + " " + end.xid() + " " + end.time());
    return new Told(
        record.resourceManager(),
        record.totalBytes(),
        record.xid(),
        record.start(),
        record.previous(),
        ended);
  }
}
