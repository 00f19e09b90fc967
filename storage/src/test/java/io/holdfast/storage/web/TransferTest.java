package io.holdfast.storage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.Pace;
import io.holdfast.storage.Throttle;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import org.assertj.core.api.AbstractLongAssert;
import org.junit.jupiter.api.Test;

/// Real time passes while these run, so limits are compared with ten seconds to spare.
class TransferTest {
  private static final int MIB = 1 << 20;
  private static final WebTimeouts TIMEOUTS =
      new WebTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(60), MIB);

  @Test
  void anAnswerMayTakeTheTimeOfTheBytesThatCame() throws IOException {
    var transfer = new Transfer(0, TIMEOUTS, Pace.FREE);
    assertSecondsLeft(transfer, 60);
    transfer.answered();
    for (int i = 0; i < 100; i++) {
      transfer.received(MIB);
    }
    assertSecondsLeft(transfer, 160);
  }

  @Test
  void aBodyThatLeftSoonLeavesNoTimeToTheAnswer() throws IOException {
    var transfer = new Transfer(1000L * MIB, TIMEOUTS, Pace.FREE);
    assertThat(transfer.isServiceAtWork()).isFalse();
    assertSecondsLeft(transfer, 1060);
    long seen = transfer.moves();
    transfer.awaitSend(1000);
    assertThat(transfer.moves()).isGreaterThan(seen);
    assertSecondsLeft(transfer, 1060);
    transfer.sent();
    assertThat(transfer.isServiceAtWork()).isTrue();
    assertSecondsLeft(transfer, 64);
    transfer.answered();
    assertThat(transfer.isServiceAtWork()).isFalse();
  }

  @Test
  void aLimitOfOneDirectionDoesNotExtendTheOther() throws IOException {
    Pace slowDown =
        Throttle.of(OptionalLong.empty(), OptionalLong.of(64L << 10), () -> Instant.EPOCH, _ -> {});
    assertSecondsLeft(new Transfer(100L * MIB, TIMEOUTS, slowDown), 160);
    var listing = new Transfer(0, TIMEOUTS, slowDown);
    listing.received(MIB);
    assertSecondsLeft(listing, 60 + 1024);
  }

  @Test
  void bytesThatWaitForTheLimitAreNotMissing() throws IOException {
    var pace = new Watching();
    var transfer = new Transfer(1, TIMEOUTS, pace);
    pace.watched = transfer;
    transfer.awaitSend(1);
    transfer.received(1);
    assertThat(pace.seen).isEqualTo(2);
    assertThat(transfer.isHeld()).isFalse();
  }

  private static void assertSecondsLeft(Transfer transfer, long seconds) {
    AbstractLongAssert<?> left = assertThat(transfer.leftNanos());
    left.isLessThanOrEqualTo(Duration.ofSeconds(seconds).toNanos())
        .isGreaterThan(Duration.ofSeconds(seconds - 10).toNanos());
  }

  /// Counts how often somebody waits and is known to be held.
  private static final class Watching implements Pace {
    private Transfer watched = new Transfer(0, TIMEOUTS, Pace.FREE);
    private int seen;

    @Override
    public void send(int bytes) {
      seen += watched.isHeld() ? 1 : 0;
    }

    @Override
    public void receive(int bytes) {
      seen += watched.isHeld() ? 1 : 0;
    }

    @Override
    public long sentPerSecondMin(long otherwise) {
      return otherwise;
    }

    @Override
    public long receivedPerSecondMin(long otherwise) {
      return otherwise;
    }
  }
}
