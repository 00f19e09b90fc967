package io.holdfast.postgres.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.RandomHistory.Outcome;
import io.holdfast.postgres.recovery.RandomHistory.Refused;
import io.holdfast.postgres.recovery.RandomHistory.Stop;
import io.holdfast.postgres.wal.SyntheticWal;
import io.holdfast.postgres.wal.SyntheticWal.Written;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TargetResolverTest {
  private static final int CLUSTERS_PER_SEED = 12;
  private static final int TARGETS = 40;

  static LongStream seeds() {
    return Seeds.stream();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyTargetStopsWhereAServerWould(long seed) throws IOException {
    int stops = 0;
    int refusals = 0;
    for (int i = 0; i < CLUSTERS_PER_SEED; i++) {
      long cluster = seed * 1000 + i;
      RandomHistory history = new RandomHistory(cluster);
      for (int t = 0; t < TARGETS; t++) {
        TimelineHistory timeline =
            history.histories.get(history.random.nextInt(history.histories.size()));
        RecoveryTarget target = history.randomTarget();
        Outcome expected = history.expected(target, timeline);
        String what = "cluster " + cluster + " target " + t + ": " + target + " on " + timeline;
        Outcome actual = resolve(history, target, timeline, what);
        assertThat(actual).as(what).isEqualTo(expected);
        if (actual instanceof Stop) {
          stops++;
        } else {
          refusals++;
        }
      }
    }
    assertThat(stops).isGreaterThan(CLUSTERS_PER_SEED * TARGETS / 10);
    assertThat(refusals).isGreaterThan(CLUSTERS_PER_SEED * TARGETS / 10);
  }

  private static Outcome resolve(
      RandomHistory history, RecoveryTarget target, TimelineHistory timeline, String what)
      throws IOException {
    TargetResolver resolver =
        new TargetResolver(history.version, SyntheticWal.SIZE, history.histories, history.archive);
    ResolvedTarget resolved;
    try {
      resolved =
          resolver.resolve(
              history.backup, target, new TargetTimeline.Numbered(timeline.timeline()));
    } catch (BackupException e) {
      assertThat(e.code()).as(what).isEqualTo(ErrorCode.RECOVERY_TARGET_UNREACHABLE);
      return new Refused();
    }
    checkPieces(history, resolved, timeline, what);
    return new Stop(resolved.lsn(), resolved.rule());
  }

  /// The pieces hold, without a gap, everything that the server replays on its way to the stop.
  private static void checkPieces(
      RandomHistory history, ResolvedTarget resolved, TimelineHistory timeline, String what) {
    Lsn at = SyntheticWal.SIZE.floor(history.backup.startLsn());
    assertThat(resolved.walNeededFrom()).isEqualTo(at);
    WalReader reader =
        WalReader.atRecord(
            new WalFormat(history.version, SyntheticWal.SIZE, resolved.timeline()),
            history.backup.startLsn());
    List<Lsn> read = new ArrayList<>();
    for (WalPiece piece : resolved.pieces()) {
      assertThat(piece.from()).as(what).isEqualTo(at);
      assertThat(piece.timeline()).as(what).isLessThanOrEqualTo(resolved.timeline());
      assertThat(timeline.contains(piece.timeline())).as(what).isTrue();
      Lsn from = at.isBefore(reader.position()) ? reader.position() : at;
      if (from.isBefore(piece.to())) {
        byte[] bytes = history.wals.get(piece.timeline() - 1).bytes(from, piece.to());
        reader.feed(ByteBuffer.wrap(bytes), record -> read.add(record.start()));
      }
      at = piece.to();
    }
    assertThat(reader.end()).as(what).isEmpty();
    assertThat(resolved.walNeededTo().isBefore(at)).as(what).isFalse();
    List<Lsn> path =
        history.replayable(timeline).stream()
            .map(Written::start)
            .filter(
                lsn ->
                    resolved.rule() == StopRule.AT_CONSISTENCY
                        ? lsn.isBefore(resolved.lsn())
                        : !resolved.lsn().isBefore(lsn))
            .toList();
    assertThat(read).as(what).startsWith(path.toArray(new Lsn[0]));
  }
}
