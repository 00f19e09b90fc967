package io.holdfast.postgres.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.RecoveryTarget.AtName;
import io.holdfast.postgres.recovery.RecoveryTarget.AtTime;
import io.holdfast.postgres.recovery.RecoveryTarget.AtXid;
import io.holdfast.postgres.recovery.RecoveryTarget.Immediate;
import io.holdfast.postgres.recovery.RecoveryTarget.Latest;
import io.holdfast.postgres.recovery.RecoveryWindow.Gap;
import io.holdfast.postgres.wal.SyntheticWal;
import io.holdfast.postgres.wal.SyntheticWal.Written;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.TimelineHistory.Ancestor;
import io.holdfast.postgres.wal.WalVersion;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What people are told: windows, gaps, remarks. The stops themselves are compared with a model
/// elsewhere.
class RecoveryMessagesTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final WalVersion VERSION = WalVersion.V17;

  private final SyntheticWal wal = SyntheticWal.start(VERSION, 1, 5);
  private final SyntheticArchive archive = new SyntheticArchive(VERSION);
  private final List<TimelineHistory> histories = new ArrayList<>();
  private final List<Written> commits = new ArrayList<>();
  private BackupFacts backup = new BackupFacts(1, new Lsn(0), new Lsn(0), NOON, NOON);

  /// A backup from 12:00:00 to 12:00:10 and a commit every ten seconds until 12:01:40.
  @BeforeEach
  void writeSomeWal() {
    Lsn start = wal.noise(100).end();
    wal.commit(1, NOON.plusSeconds(5));
    Lsn stop = wal.noise(100).end();
    backup = new BackupFacts(1, start, stop, NOON, NOON.plusSeconds(10));
    for (int i = 1; i <= 10; i++) {
      commits.add(wal.commit(100 + i, NOON.plusSeconds(10L * i)));
      wal.noise(9000);
    }
  }

  private ResolvedTarget resolve(RecoveryTarget target, TargetTimeline timeline)
      throws IOException {
    return new TargetResolver(VERSION, SyntheticWal.SIZE, histories, archive)
        .resolve(backup, target, timeline);
  }

  private ResolvedTarget resolve(RecoveryTarget target) throws IOException {
    return resolve(target, new TargetTimeline.Latest());
  }

  private static AtTime at(int seconds) {
    return new AtTime(NOON.plusSeconds(seconds), Inclusion.INCLUSIVE);
  }

  private BackupException refused(RecoveryTarget target) {
    BackupException[] caught = new BackupException[1];
    assertThatThrownBy(() -> resolve(target))
        .asInstanceOf(InstanceOfAssertFactories.type(BackupException.class))
        .satisfies(e -> caught[0] = e);
    BackupException e = java.util.Objects.requireNonNull(caught[0]);
    assertThat(e.code()).isEqualTo(ErrorCode.RECOVERY_TARGET_UNREACHABLE);
    return e;
  }

  @Test
  void aTimeTellsTheLastTransactionThatIsRecovered() throws IOException {
    archive.archive(1, wal, wal.position());
    ResolvedTarget resolved = resolve(at(35));
    assertThat(resolved.timeReached()).contains(NOON.plusSeconds(30));
    assertThat(resolved.lsn()).isEqualTo(commits.get(3).start());
    assertThat(resolved.rule()).isEqualTo(StopRule.BEFORE_RECORD);
    assertThat(resolved.remarks()).isEmpty();
    assertThat(resolved.historyFiles()).isEmpty();
  }

  @Test
  void whatIsReachableIsSaidWithTheRefusal() {
    archive.archive(1, wal, wal.position());
    for (RecoveryTarget target :
        List.of(at(-1), at(2), at(101), new AtXid(7, Inclusion.INCLUSIVE), new AtName("none"))) {
      assertThat(refused(target).text())
          .contains("2026-01-01T12:00:05Z to 2026-01-01T12:01:40Z")
          .contains(backup.stopLsn() + " to " + wal.position() + " on timeline 1");
    }
  }

  @Test
  void aTimeAfterTheLastTransactionIsReachedIfTheArchiveWasWatchedUntilThen() throws IOException {
    archive.archive(1, wal, wal.position());
    archive.observedUntil = Optional.of(NOON.plusSeconds(500));
    ResolvedTarget resolved = resolve(at(500));
    assertThat(resolved.rule()).isEqualTo(StopRule.AFTER_RECORD);
    assertThat(resolved.lsn()).isEqualTo(wal.records().getLast().start());
    assertThat(resolved.remarks()).singleElement().asString().contains("end of archived WAL");
    assertThat(refused(at(501)).text()).contains("12:08:20Z");
  }

  @Test
  void aGapEndsTheWindowAndIsNamed() throws IOException {
    archive.archive(1, wal, wal.position());
    Lsn from = commits.get(4).start().plus(1);
    Lsn to = from.plus(100);
    archive.lose(1, from, to);
    archive.observedUntil = Optional.of(NOON.plusSeconds(500));
    for (RecoveryTarget target : List.of(at(51), at(90), new Latest())) {
      assertThat(refused(target).text()).contains("WAL missing from " + from + " to " + to);
      assertThat(refused(target).hint())
          .contains("backup made after the gap")
          .contains("--target-immediate")
          .contains("--target-lsn");
    }
    assertThat(resolve(at(35)).lsn()).isEqualTo(commits.get(3).start());
    RecoveryWindow window =
        new TargetResolver(VERSION, SyntheticWal.SIZE, histories, archive)
            .window(backup, new TargetTimeline.Current());
    assertThat(window.toTime()).isEqualTo(NOON.plusSeconds(40));
    assertThat(window.gaps()).containsExactly(new Gap(1, from, to, Optional.empty()));
  }

  @Test
  void theReachableEndLiesBeforeAGapAndSaysSo() throws IOException {
    archive.archive(1, wal, wal.position());
    TargetResolver resolver = new TargetResolver(VERSION, SyntheticWal.SIZE, histories, archive);
    assertThat(resolver.resolveReachable(backup, new TargetTimeline.Latest()))
        .isEqualTo(resolve(new Latest()));
    Lsn from = commits.get(4).start().plus(1);
    Lsn to = from.plus(100);
    archive.lose(1, from, to);
    ResolvedTarget end = resolver.resolveReachable(backup, new TargetTimeline.Latest());
    assertThat(end.rule()).isEqualTo(StopRule.AFTER_RECORD);
    assertThat(end.timeReached()).contains(NOON.plusSeconds(40));
    assertThat(end.lsn()).isLessThan(from);
    assertThat(end.remarks())
        .singleElement()
        .asString()
        .contains("WAL is missing from " + from + " to " + to);
    archive.lose(1, backup.startLsn(), backup.stopLsn());
    assertThatThrownBy(() -> resolver.resolveReachable(backup, new TargetTimeline.Latest()))
        .hasMessageContaining("WAL that the backup itself needs is missing");
  }

  @Test
  void aBackupWithoutItsOwnWalIsRefusedAltogether() {
    archive.archive(1, wal, backup.stopLsn().plus(-8));
    for (RecoveryTarget target : List.of(at(35), new Latest(), new Immediate())) {
      assertThat(refused(target).text()).contains("WAL that the backup itself needs is missing");
    }
  }

  @Test
  void aClockThatWentBackIsReported() throws IOException {
    wal.commit(200, NOON.plusSeconds(3));
    archive.archive(1, wal, wal.position());
    ResolvedTarget resolved = resolve(at(35));
    assertThat(resolved.lsn()).isEqualTo(commits.get(3).start());
    assertThat(resolved.remarks()).singleElement().asString().contains("clock went back");
  }

  @Test
  void theFirstOfSeveralRestorePointsIsTakenAndTheOthersAreMentioned() throws IOException {
    Written first = wal.restorePoint("before upgrade", NOON);
    wal.restorePoint("before upgrade", NOON);
    wal.restorePoint("after upgrade", NOON);
    archive.archive(1, wal, wal.position());
    ResolvedTarget resolved = resolve(new AtName("before upgrade"));
    assertThat(resolved.lsn()).isEqualTo(first.start());
    assertThat(resolved.remarks()).singleElement().asString().contains("the first one");
    assertThat(resolve(new AtName("after upgrade")).remarks()).isEmpty();
  }

  @Test
  void branchesAreChosenAndNamed() throws IOException {
    Lsn left = commits.get(5).end();
    SyntheticWal second = wal.branch(2, left);
    second.commit(300, NOON.plusSeconds(65));
    SyntheticWal third = wal.branch(3, left);
    third.commit(301, NOON.plusSeconds(66));
    archive.archive(1, wal, wal.position());
    archive.archive(2, second, second.position());
    archive.archive(3, third, third.position());
    for (int timeline = 2; timeline <= 3; timeline++) {
      histories.add(new TimelineHistory(timeline, List.of(new Ancestor(1, left, ""))));
    }
    ResolvedTarget latest = resolve(new Latest());
    assertThat(latest.timeline()).isEqualTo(3);
    assertThat(latest.timeReached()).contains(NOON.plusSeconds(66));
    assertThat(latest.remarks()).containsExactly("Timeline 2 is not followed.");
    assertThat(latest.historyFiles()).containsExactly(2, 3);
    assertThat(latest.pieces()).extracting(WalPiece::timeline).containsExactly(1, 3);
    ResolvedTarget before = resolve(at(35), new TargetTimeline.Numbered(2));
    assertThat(before.timeline()).isEqualTo(1);
    assertThat(before.remarks()).anyMatch(r -> r.contains("lies on timeline 1, before timeline 2"));
    assertThat(resolve(new Latest(), new TargetTimeline.Current()).timeReached())
        .contains(NOON.plusSeconds(100));
    assertThatThrownBy(() -> resolve(new Latest(), new TargetTimeline.Numbered(4)))
        .hasMessageContaining("timeline 4 is not known");
    histories.add(new TimelineHistory(5, List.of(new Ancestor(1, backup.startLsn(), ""))));
    assertThatThrownBy(() -> resolve(new Latest(), new TargetTimeline.Numbered(5)))
        .hasMessageContaining("timeline 5 does not come after this backup");
  }

  @Test
  void whatSummariesRuleOutIsNotRead() throws IOException {
    for (int i = 0; i < 3000; i++) {
      wal.commit(1000 + i, NOON.plusSeconds(200 + i));
      wal.noise(1000);
    }
    archive.archive(1, wal, wal.position(), io.holdfast.base.testing.Seeds.random(1));
    List<WalRange> indexed =
        archive.ranges(1).stream().filter(r -> archive.summary(r).isPresent()).toList();
    assertThat(indexed).isNotEmpty();
    SyntheticArchive whole = new SyntheticArchive(VERSION);
    whole.archive(1, wal, wal.position());
    ResolvedTarget resolved =
        new TargetResolver(VERSION, SyntheticWal.SIZE, histories, whole)
            .resolve(backup, at(200 + 2990), new TargetTimeline.Latest());
    assertThat(resolved.timeReached()).contains(NOON.plusSeconds(200 + 2990));
    // The piece with the backup's end must be read; a search inside one piece starts near the stop.
    whole.bytesRead = 0;
    new TargetResolver(VERSION, SyntheticWal.SIZE, histories, whole)
        .resolve(
            new BackupFacts(
                1,
                backup.startLsn(),
                backup.stopLsn(),
                backup.startTime(),
                backup.stopTime().plus(Duration.ofSeconds(1))),
            new Latest(),
            new TargetTimeline.Latest());
    assertThat(whole.bytesRead).isLessThanOrEqualTo(wal.position().minus(wal.base()));
  }
}
