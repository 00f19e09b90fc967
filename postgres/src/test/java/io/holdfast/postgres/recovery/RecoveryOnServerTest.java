package io.holdfast.postgres.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.RecoveryTarget.AtLsn;
import io.holdfast.postgres.recovery.RecoveryTarget.AtName;
import io.holdfast.postgres.recovery.RecoveryTarget.AtTime;
import io.holdfast.postgres.recovery.RecoveryTarget.AtXid;
import io.holdfast.postgres.recovery.RecoveryTarget.Immediate;
import io.holdfast.postgres.recovery.RecoveryTarget.Latest;
import io.holdfast.postgres.testing.TestCluster;
import io.holdfast.postgres.testing.TestPrograms;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wal.WalVersion;
import io.holdfast.postgres.wal.WalWorkload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A server that is given the target itself and one that is given what it was resolved to stop at
/// the same byte. Where they stopped is in the history file that each writes at the end.
class RecoveryOnServerTest {
  static IntStream versions() {
    return Seeds.thorough() ? IntStream.of(13, 15, 17, 18) : IntStream.of(15);
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @MethodSource("versions")
  void stopsWhereTheServerItselfWouldStop(int majorVersion) throws IOException, SQLException {
    try (TestCluster cluster = TestCluster.create(majorVersion);
        BackedUp backedUp = BackedUp.of(cluster, majorVersion)) {
      for (RecoveryTarget target : backedUp.targets()) {
        ResolvedTarget resolved = backedUp.resolve(target);
        Lsn ours = backedUp.recover(settings(resolved));
        Lsn native_ = backedUp.recover(settings(target));
        assertThat(ours).as(target + " resolved to " + resolved).isEqualTo(native_);
      }
      backedUp.checkEndOfWal();
    }
  }

  private static List<String> settings(ResolvedTarget resolved) {
    return switch (resolved.rule()) {
      case AT_CONSISTENCY -> List.of("recovery_target = 'immediate'");
      case AFTER_RECORD -> settings("lsn", resolved.lsn().toString(), Inclusion.INCLUSIVE);
      case BEFORE_RECORD -> settings("lsn", resolved.lsn().toString(), Inclusion.EXCLUSIVE);
    };
  }

  private static List<String> settings(RecoveryTarget target) {
    return switch (target) {
      case Latest latest -> List.of();
      case Immediate immediate -> List.of("recovery_target = 'immediate'");
      case AtTime(Instant time, Inclusion inclusion) ->
          settings("time", time.toString().replace("Z", "+00"), inclusion);
      case AtLsn(Lsn lsn, Inclusion inclusion) -> settings("lsn", lsn.toString(), inclusion);
      case AtXid(long xid, Inclusion inclusion) -> settings("xid", Long.toString(xid), inclusion);
      case AtName(String name) -> settings("name", name, Inclusion.INCLUSIVE);
    };
  }

  private static List<String> settings(String kind, String value, Inclusion inclusion) {
    return List.of(
        "recovery_target_" + kind + " = '" + value + "'",
        "recovery_target_inclusive = " + (inclusion == Inclusion.INCLUSIVE ? "on" : "off"));
  }

  /// A stopped cluster with a copy that was made while it was in use.
  private record BackedUp(
      TestCluster cluster,
      int majorVersion,
      Path copy,
      BackupFacts facts,
      List<WalWorkload.Ended> ended,
      List<WalWorkload.Point> points,
      DirectoryArchive archive)
      implements AutoCloseable {
    static BackedUp of(TestCluster cluster, int majorVersion) throws IOException, SQLException {
      WalWorkload.configure(cluster);
      cluster.start();
      Path copy = cluster.place().directory().resolve("copy");
      List<WalWorkload.Ended> ended;
      List<WalWorkload.Point> points;
      BackupFacts facts;
      try (Connection writer = cluster.connect();
          Connection session = cluster.connect()) {
        long seed = Seeds.stream().findFirst().orElse(1);
        WalWorkload workload =
            new WalWorkload(cluster, writer, Seeds.random(seed + 40), majorVersion);
        workload.prepare();
        workload.run(10);
        facts = backup(cluster, session, workload, copy, majorVersion);
        workload.ended.clear();
        workload.points.clear();
        workload.run(60);
        ended = workload.ended;
        points = workload.points;
      }
      cluster.stop();
      Path wal = cluster.data().resolve("pg_wal");
      return new BackedUp(
          cluster,
          majorVersion,
          copy,
          facts,
          ended,
          points,
          new DirectoryArchive(wal, WalVersion.ofMajor(majorVersion).orElseThrow()));
    }

    private static BackupFacts backup(
        TestCluster cluster, Connection session, WalWorkload workload, Path copy, int majorVersion)
        throws IOException, SQLException {
      Instant startTime = now(session);
      boolean renamed = majorVersion >= 15;
      Lsn start =
          Lsn.parse(
              TestCluster.sql(
                      session,
                      renamed
                          ? "SELECT pg_backup_start('a label', true)"
                          : "SELECT pg_start_backup('a label', true, false)")
                  .getFirst());
      workload.run(10);
      TestPrograms.run(List.of("cp", "-a", cluster.data().toString(), copy.toString()));
      workload.run(5);
      String stop =
          renamed
              ? "SELECT lsn, labelfile FROM pg_backup_stop(false)"
              : "SELECT lsn, labelfile FROM pg_stop_backup(false, false)";
      try (Statement statement = session.createStatement();
          ResultSet result = statement.executeQuery(stop)) {
        result.next();
        String text = result.getString(2);
        Files.writeString(copy.resolve("backup_label"), text);
        BackupLabel label = BackupLabel.parse(text);
        assertThat(label.startLsn()).isEqualTo(start);
        assertThat(label.label()).isEqualTo("a label");
        return new BackupFacts(
            label.timeline(), start, Lsn.parse(result.getString(1)), startTime, now(session));
      }
    }

    private static Instant now(Connection session) throws SQLException {
      try (Statement statement = session.createStatement();
          ResultSet result = statement.executeQuery("SELECT clock_timestamp()")) {
        result.next();
        return result.getObject(1, OffsetDateTime.class).toInstant();
      }
    }

    List<RecoveryTarget> targets() {
      SplittableRandom random = Seeds.random(5);
      List<RecoveryTarget> targets = new ArrayList<>();
      targets.add(new Immediate());
      targets.add(new AtName(points.get(random.nextInt(points.size())).name()));
      for (int i = 0; i < (Seeds.thorough() ? 4 : 1); i++) {
        for (Inclusion inclusion : Inclusion.values()) {
          targets.add(new AtTime(commit(random).time(), inclusion));
          targets.add(new AtXid(ended.get(random.nextInt(ended.size())).xid(), inclusion));
          targets.add(new AtLsn(commit(random).before().plus(-8), inclusion));
        }
      }
      return targets;
    }

    private WalWorkload.Ended commit(SplittableRandom random) {
      // Not one of the last: a later commit is what stops recovery.
      List<WalWorkload.Ended> commits = ended.stream().filter(WalWorkload.Ended::commit).toList();
      return commits.get(random.nextInt(commits.size() - 3));
    }

    ResolvedTarget resolve(RecoveryTarget target) throws IOException {
      return new TargetResolver(
              WalVersion.ofMajor(majorVersion).orElseThrow(),
              WalSegmentSize.DEFAULT,
              List.of(),
              archive)
          .resolve(facts, target, new TargetTimeline.Latest());
    }

    /// Recovers a copy and says where it ended.
    Lsn recover(List<String> settings) throws IOException {
      try (TestCluster restored = TestCluster.empty(majorVersion)) {
        restore(restored, settings);
        try {
          restored.start();
        } catch (BackupException e) {
          throw new AssertionError(Files.readString(restored.place().log()) + settings, e);
        }
        restored.stop();
        Path history = restored.data().resolve("pg_wal/00000002.history");
        assertThat(history).as(Files.readString(restored.place().log())).exists();
        return TimelineHistory.parse(2, Files.readString(history)).ancestors().getFirst().left();
      }
    }

    private void restore(TestCluster restored, List<String> settings) throws IOException {
      TestPrograms.run(List.of("cp", "-a", copy + "/.", restored.data().toString()));
      TestPrograms.run(
          List.of(
              "sh",
              "-c",
              "rm -rf " + restored.data() + "/pg_wal/0* " + restored.data() + "/postmaster.*"));
      Files.createFile(restored.data().resolve("recovery.signal"));
      restored.configure(
          "unix_socket_directories = '" + restored.place().socketDirectory() + "'",
          "restore_command = 'cp " + cluster.data() + "/pg_wal/%f \"%p\"'",
          "recovery_target_action = 'promote'",
          // Or connections would be taken before recovery has ended.
          "hot_standby = off");
      restored.configure(settings.toArray(new String[0]));
    }

    /// A time after the last transaction: the server refuses, what we resolve it to does not.
    void checkEndOfWal() throws IOException {
      Instant last =
          ended.getLast().commit() ? ended.getLast().time() : commit(Seeds.random(1)).time();
      // The checkpoint of the shutdown was written in a later second.
      RecoveryTarget latest = new Latest();
      ResolvedTarget resolved = resolve(latest);
      assertThat(recover(settings(resolved))).isEqualTo(archive.end);
      RecoveryTarget beyond = new AtTime(last.plus(Duration.ofHours(1)), Inclusion.INCLUSIVE);
      assertThatThrownBy(() -> resolve(beyond))
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("beyond the end of archived WAL");
      try (TestCluster restored = TestCluster.empty(majorVersion)) {
        restore(restored, settings(beyond));
        assertThatThrownBy(restored::start).isInstanceOf(BackupException.class);
        assertThat(Files.readString(restored.place().log()))
            .contains("recovery ended before configured recovery target was reached");
      }
    }

    @Override
    public void close() throws IOException {
      TestPrograms.run(List.of("rm", "-rf", copy.toString()));
    }
  }
}
