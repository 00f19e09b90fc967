package io.holdfast.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.SyntheticWal.Written;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class WalReaderTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00.123456Z");

  private record Seen(Lsn start, Lsn end, int manager, long xid, Optional<WalFact> fact) {}

  static LongStream seeds() {
    return Seeds.stream();
  }

  private static SyntheticWal random(WalVersion version, long seed, int records) {
    SplittableRandom random = Seeds.random(seed);
    SyntheticWal wal = SyntheticWal.start(version, 1, random.nextInt(2, 50));
    for (int i = 0; i < records; i++) {
      switch (random.nextInt(12)) {
        case 0, 1, 2 -> wal.commit(800 + i, NOON.plusSeconds(i));
        case 3 -> wal.abort(800 + i, NOON.plusSeconds(i));
        case 4 -> wal.commitPrepared(800 + i, NOON.plusSeconds(i));
        case 5 -> wal.restorePoint("p" + i, NOON.plusSeconds(i));
        case 6 -> wal.noise(random.nextInt(random.nextInt(8) == 0 ? 300_000 : 20_000));
        case 7 -> {
          if (random.nextInt(20) == 0) {
            wal.switchSegment();
          }
        }
        default -> wal.noise(random.nextInt(400));
      }
    }
    return wal;
  }

  private static WalFormat format(WalVersion version) {
    return new WalFormat(version, SyntheticWal.SIZE, 1);
  }

  private static List<Seen> read(
      WalReader reader, WalVersion version, byte[] bytes, SplittableRandom pieces) {
    List<Seen> seen = new ArrayList<>();
    int at = 0;
    while (at < bytes.length && reader.end().isEmpty()) {
      int count =
          Math.min(bytes.length - at, 1 + pieces.nextInt(pieces.nextInt(2) == 0 ? 9 : 9000));
      reader.feed(
          ByteBuffer.wrap(bytes, at, count),
          record -> {
            seen.add(
                new Seen(
                    record.start(),
                    record.end(),
                    record.resourceManager(),
                    record.xid(),
                    WalFacts.in(record, version)));
            return true;
          });
      at += count;
    }
    return seen;
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void readsEveryRecordInPiecesOfAnySize(long seed) {
    for (WalVersion version : WalVersion.values()) {
      SyntheticWal wal = random(version, seed, 400);
      WalReader reader = WalReader.anywhere(format(version), wal.base());
      List<Seen> seen =
          read(reader, version, wal.bytes(wal.base(), wal.position()), Seeds.random(seed));
      assertThat(reader.end()).isEmpty();
      assertThat(seen).hasSameSizeAs(wal.records());
      for (int i = 0; i < seen.size(); i++) {
        Written written = wal.records().get(i);
        assertThat(seen.get(i).start).isEqualTo(written.start());
        assertThat(seen.get(i).end).isEqualTo(written.end());
        assertThat(seen.get(i).manager).isEqualTo(written.manager());
        assertThat(seen.get(i).fact.isPresent())
            .isNotEqualTo(written.say() instanceof SyntheticWal.Other);
        if (seen.get(i).fact.orElse(null) instanceof WalFact.TransactionEnd end) {
          assertThat(written.say())
              .isEqualTo(new SyntheticWal.Ended(end.outcome().commits(), end.xid(), end.time()));
          // The i-th record ends transaction 800 + i.
          assertThat(end.xid()).isGreaterThanOrEqualTo(800);
        }
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void findsTheFirstRecordOfTheNextPageFromAnywhere(long seed) {
    SyntheticWal wal = random(WalVersion.V17, seed, 300);
    SplittableRandom random = Seeds.random(seed + 100);
    for (int i = 0; i < 200; i++) {
      Lsn start = wal.base().plus(random.nextLong(wal.position().minus(wal.base())));
      WalReader reader = WalReader.anywhere(format(WalVersion.V17), start);
      List<Seen> seen =
          read(reader, WalVersion.V17, wal.bytes(start, wal.position()), random.split());
      Lsn page = new Lsn((start.value() + 8191) & -8192L);
      List<Lsn> expected =
          wal.records().stream().map(Written::start).filter(lsn -> !lsn.isBefore(page)).toList();
      assertThat(reader.end()).isEmpty();
      // A switch leaves pages without records; from there on the segment is empty.
      assertThat(seen.stream().map(Seen::start).toList()).isEqualTo(expected);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void readsOnFromEveryRecord(long seed) {
    SyntheticWal wal = random(WalVersion.V13, seed, 60);
    for (int i = 0; i < wal.records().size(); i++) {
      // Both the start of a record and the end of the one before name the same place.
      Lsn start =
          i % 2 == 0 || i == 0 ? wal.records().get(i).start() : wal.records().get(i - 1).end();
      WalReader reader = WalReader.atRecord(format(WalVersion.V13), start);
      List<Seen> seen =
          read(reader, WalVersion.V13, wal.bytes(start, wal.position()), Seeds.random(seed));
      assertThat(reader.end()).isEmpty();
      assertThat(reader.knownFrom()).contains(start);
      assertThat(seen).hasSize(wal.records().size() - i);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void damagedWalGivesOnlyRecordsThatWereWritten(long seed) {
    SyntheticWal wal = random(WalVersion.V15, seed, 150);
    byte[] original = wal.bytes(wal.base(), wal.position());
    Set<Seen> whole =
        new HashSet<>(
            read(
                WalReader.anywhere(format(WalVersion.V15), wal.base()),
                WalVersion.V15,
                original,
                Seeds.random(seed)));
    Set<Lsn> starts = new HashSet<>(wal.records().stream().map(Written::start).toList());
    SplittableRandom random = Seeds.random(seed + 200);
    for (int i = 0; i < 300; i++) {
      byte[] bytes = mutated(original, random);
      WalReader reader = WalReader.anywhere(format(WalVersion.V15), wal.base());
      List<Seen> seen = read(reader, WalVersion.V15, bytes, random.split());
      assertThat(whole).containsAll(seen);
      WalIndexer indexer = WalIndexer.anywhere(format(WalVersion.V15), wal.base());
      indexer.accept(ByteBuffer.wrap(bytes));
      WalSummary summary = indexer.cut(Optional.empty());
      summary.restorePoints().forEach(point -> assertThat(starts).contains(point.lsn()));
      summary
          .transactions()
          .ifPresent(t -> t.samples().forEach(s -> assertThat(starts).contains(s.lsn())));
      assertThat(WalSummary.decode(summary.encode())).isEqualTo(summary);
    }
  }

  private static byte[] mutated(byte[] original, SplittableRandom random) {
    byte[] bytes = original.clone();
    switch (random.nextInt(4)) {
      case 0 -> {
        for (int flips = random.nextInt(1, 20); flips > 0; flips--) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 2 -> {
        int from = random.nextInt(bytes.length);
        int to = Math.min(bytes.length, from + random.nextInt(40_000));
        random.nextBytes(bytes);
        System.arraycopy(original, 0, bytes, 0, from);
        System.arraycopy(original, to, bytes, to, bytes.length - to);
      }
      default -> {
        // A recycled segment: old pages behind the new ones.
        int from = random.nextInt(bytes.length / 8192) * 8192;
        int source = random.nextInt(bytes.length / 8192) * 8192;
        int count = Math.min(bytes.length - Math.max(from, source), 8192);
        System.arraycopy(original, source, bytes, from, count);
      }
    }
    return bytes;
  }

  @Test
  void pureNoiseEndsAtOnce() {
    SplittableRandom random = Seeds.random(1);
    for (int i = 0; i < 500; i++) {
      byte[] bytes = new byte[20_000];
      random.nextBytes(bytes);
      WalReader reader = WalReader.atRecord(format(WalVersion.V18), new Lsn(random.nextLong()));
      List<Seen> seen = read(reader, WalVersion.V18, bytes, random);
      assertThat(seen).isEmpty();
      assertThat(reader.end()).isPresent();
    }
  }

  @ParameterizedTest
  @EnumSource(WalVersion.class)
  void everyVersionHasItsMagic(WalVersion version) {
    assertThat(WalVersion.ofPageMagic(version.pageMagic())).contains(version);
    assertThat(WalVersion.ofMajor(version.major())).contains(version);
    SyntheticWal wal = random(version, 1, 5);
    for (WalVersion other : WalVersion.values()) {
      WalReader reader = WalReader.anywhere(format(other), wal.base());
      read(reader, other, wal.bytes(wal.base(), wal.position()), Seeds.random(1));
      assertThat(reader.end().map(WalEnd::reason))
          .isEqualTo(other == version ? Optional.empty() : Optional.of(WalEnd.Reason.PAGE_MAGIC));
    }
  }

  @Test
  void zerosAfterTheLastRecordAreTheOrdinaryEnd() {
    SyntheticWal wal = random(WalVersion.V16, 3, 10);
    byte[] bytes = Arrays.copyOf(wal.bytes(wal.base(), wal.position()), SyntheticWal.SIZE.bytes());
    WalReader reader = WalReader.anywhere(format(WalVersion.V16), wal.base());
    List<Seen> seen = read(reader, WalVersion.V16, bytes, Seeds.random(1));
    assertThat(seen).hasSameSizeAs(wal.records());
    assertThat(reader.end()).contains(new WalEnd(wal.position(), WalEnd.Reason.ZERO_LENGTH));
  }

  @Test
  void pagesOfAnotherClusterOrTimelineAreRefused() {
    SyntheticWal wal = random(WalVersion.V16, 3, 10);
    byte[] bytes = wal.bytes(wal.base(), wal.position());
    WalFormat other =
        new WalFormat(WalVersion.V16, SyntheticWal.SIZE, 1, java.util.OptionalLong.of(4712));
    WalReader reader = WalReader.anywhere(other, wal.base());
    read(reader, WalVersion.V16, bytes, Seeds.random(1));
    assertThat(reader.end().map(WalEnd::reason)).contains(WalEnd.Reason.SYSTEM_ID);
    SyntheticWal second = SyntheticWal.start(WalVersion.V16, 2, 3);
    second.noise(10);
    reader = WalReader.anywhere(format(WalVersion.V16), second.base());
    read(reader, WalVersion.V16, second.bytes(second.base(), second.position()), Seeds.random(1));
    assertThat(reader.end().map(WalEnd::reason)).contains(WalEnd.Reason.PAGE_TIMELINE);
  }

  @Test
  void aTimelineIsReadOverItsSwitchPoint() {
    SyntheticWal first = random(WalVersion.V17, 5, 40);
    Lsn left = first.records().get(20).end();
    SyntheticWal second = first.branch(2, left);
    second.commit(5000, NOON);
    second.noise(30_000);
    WalFormat format = new WalFormat(WalVersion.V17, SyntheticWal.SIZE, 2);
    WalReader reader = WalReader.anywhere(format, second.base());
    List<Seen> seen =
        read(
            reader,
            WalVersion.V17,
            second.bytes(second.base(), second.position()),
            Seeds.random(5));
    assertThat(reader.end()).isEmpty();
    assertThat(seen.getLast().start).isEqualTo(second.records().getLast().start());
  }

  @Test
  void aRecordThatACrashLeftUnfinishedIsPassedOver() {
    SyntheticWal wal = random(WalVersion.V18, 9, 20);
    Lsn lost = wal.crashInsideARecord();
    wal.commit(6000, NOON);
    WalReader reader = WalReader.anywhere(format(WalVersion.V18), wal.base());
    List<Seen> seen =
        read(reader, WalVersion.V18, wal.bytes(wal.base(), wal.position()), Seeds.random(9));
    assertThat(reader.end()).isEmpty();
    assertThat(seen.stream().map(Seen::start).toList())
        .isEqualTo(wal.records().stream().map(Written::start).toList())
        .doesNotContain(lost);
    assertThat(seen.get(seen.size() - 2).fact.orElseThrow())
        .isInstanceOfSatisfying(
            WalFact.UnfinishedRecord.class, fact -> assertThat(fact.lost()).isEqualTo(lost));
  }

  @Test
  void aLengthThatLiesCostsNoMemory() {
    SyntheticWal wal = SyntheticWal.start(WalVersion.V18, 1, 1);
    Written big = wal.noise(2_000_000);
    byte[] bytes = wal.bytes(wal.base(), wal.position());
    int at = (int) big.start().minus(wal.base());
    ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).putInt(at, 1 << 30);
    WalReader reader = WalReader.anywhere(format(WalVersion.V18), wal.base());
    assertThat(read(reader, WalVersion.V18, bytes, Seeds.random(1))).isEmpty();
    assertThat(reader.end().map(WalEnd::reason)).contains(WalEnd.Reason.CONTINUATION);
  }
}
