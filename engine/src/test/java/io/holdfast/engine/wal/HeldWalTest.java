package io.holdfast.engine.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.engine.wal.HeldWal.Verdict;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class HeldWalTest {
  private static final long MIB = 1 << 20;
  private static final OptionalLong NONE = OptionalLong.empty();

  @Test
  void isNearlyFullWhenATenthOfTheServersLimitIsLeft() {
    assertThat(limited(1000, 600)).isInstanceOf(Verdict.Fine.class);
    assertThat(limited(1000, 500)).isInstanceOf(Verdict.Watch.class);
    assertThat(limited(1000, 101)).isInstanceOf(Verdict.Watch.class);
    assertThat(limited(1000, 100)).isInstanceOf(Verdict.NearlyFull.class);
    assertThat(limited(1000, -50)).isInstanceOf(Verdict.NearlyFull.class);
  }

  @Test
  void isNearlyFullWhenATenthOfTheRoomOnTheDiskIsLeft() {
    assertThat(onDisk(450, 550)).isInstanceOf(Verdict.Fine.class);
    assertThat(onDisk(500, 500)).isInstanceOf(Verdict.Watch.class);
    assertThat(onDisk(900, 101)).isInstanceOf(Verdict.Watch.class);
    assertThat(onDisk(900, 100)).isInstanceOf(Verdict.NearlyFull.class);
    assertThat(onDisk(900, 0)).isInstanceOf(Verdict.NearlyFull.class);
  }

  @Test
  void doesNotBlameTheSlotForADiskThatOthersFilled() {
    assertThat(onDisk(63, 1)).isInstanceOf(Verdict.Fine.class);
    assertThat(onDisk(64, 1)).isInstanceOf(Verdict.NearlyFull.class);
  }

  @Test
  void sharesTheServersViewOfALostSlot() {
    assertThat(new HeldWal("lost", 0, 16 * MIB, NONE, NONE, NONE).judge())
        .isInstanceOf(Verdict.Lost.class);
    assertThat(new HeldWal("extended", 1L << 50, 16 * MIB, NONE, NONE, NONE).judge())
        .as("nothing is known, so nothing is said")
        .isInstanceOf(Verdict.Fine.class);
  }

  private static Verdict limited(long limitMib, long safeMib) {
    return new HeldWal(
            "extended",
            (limitMib - safeMib) * MIB,
            16 * MIB,
            OptionalLong.of(limitMib * MIB),
            OptionalLong.of(safeMib * MIB),
            NONE)
        .judge();
  }

  private static Verdict onDisk(long heldMib, long freeMib) {
    return new HeldWal(
            "reserved", heldMib * MIB, 16 * MIB, NONE, NONE, OptionalLong.of(freeMib * MIB))
        .judge();
  }
}
