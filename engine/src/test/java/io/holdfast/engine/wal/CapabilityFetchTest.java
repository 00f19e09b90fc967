package io.holdfast.engine.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.WalPiece;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Segments of 1 MiB; timeline 2 branches off in the middle of segment 3.
class CapabilityFetchTest {
  private static final int SEGMENT = 1 << 20;
  private static final long SWITCH = 3 * SEGMENT + 8192;
  private static final String HISTORY = "1\t0/302000\tno recovery target specified\n";

  @TempDir private Path directory = Path.of("");
  private final byte[] older = Seeds.entropy(1).bytes(2 * SEGMENT + 8192);
  private final byte[] newer = Seeds.entropy(2).bytes(SEGMENT);
  private Path repository = Path.of("");
  private Path file = Path.of("");

  @BeforeEach
  void storeWalAndWriteACapability() throws IOException {
    repository = directory.resolve("repository");
    file = directory.resolve("holdfast_wal.capability");
    try (OpenRepository opened =
        new RepositoryAccess(TestEngine.context())
            .init(TestEngine.settings(repository))
            .repository()) {
      WalArchive archive = SourceWal.open(opened.repository(), "main", 7, SEGMENT);
      put(archive, 1, SEGMENT, older);
      put(archive, 2, SWITCH, newer);
      archive.putFile(
          "00000002.history", HISTORY.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      WalCapability capability =
          new WalCapability(
              repository.toString(),
              archive.lineage(),
              new PlannedWal(
                  new WalSegmentSize(SEGMENT),
                  new Lsn(SEGMENT),
                  new Lsn(5 * SEGMENT),
                  List.of(
                      new WalPiece(1, new Lsn(SEGMENT), new Lsn(SWITCH)),
                      new WalPiece(2, new Lsn(SWITCH), new Lsn(SWITCH + newer.length)))),
              SourceWal.grant(opened.repository(), "main"));
      Files.writeString(file, capability.encode().expose());
    }
  }

  private static void put(WalArchive archive, int timeline, long start, byte[] wal)
      throws IOException {
    archive.put(new WalRange(timeline, start, start + wal.length), wal, 0, wal.length, new byte[0]);
  }

  @Test
  void bringsSegmentsOfThePlanAsStagingWould() throws IOException {
    assertThat(fetched("000000010000000000000001"))
        .isEqualTo(Arrays.copyOfRange(older, 0, SEGMENT));
    byte[] switching = Arrays.copyOfRange(older, 2 * SEGMENT, 3 * SEGMENT);
    System.arraycopy(newer, 0, switching, 8192, SEGMENT - 8192);
    assertThat(fetched("000000020000000000000003"))
        .as("the segment in which the timeline changes has the bytes of both")
        .isEqualTo(switching);
    byte[] last = new byte[SEGMENT];
    System.arraycopy(newer, SEGMENT - 8192, last, 0, 8192);
    assertThat(fetched("000000020000000000000004")).as("zeros after the end").isEqualTo(last);
    assertThat(fetched("00000002.history")).asString().isEqualTo(HISTORY);
  }

  @Test
  void knowsWhatIsAbsent() {
    for (String name :
        List.of(
            "000000010000000000000003",
            "000000010000000000000000",
            "000000020000000000000005",
            "000000020000000000000001",
            "00000003.history",
            "000000010000000000000001.partial")) {
      assertThat(fetch(name)).as(name).isEqualTo(WalFetch.Outcome.ABSENT);
      assertThat(directory.resolve("out")).doesNotExist();
    }
  }

  @Test
  void neverCallsAMissingOrForeignRepositoryAbsentWal() throws IOException {
    Path away = directory.resolve("away");
    Files.move(repository, away);
    for (String name :
        List.of("000000010000000000000001", "000000020000000000000005", "00000003.history")) {
      assertFails(ErrorCode.REPOSITORY_MISSING, () -> fetch(name));
    }
    assertThat(
            new CapabilityFetch(TestEngine.context())
                .fetch(
                    file,
                    Optional.of(away.toString()),
                    "000000010000000000000001",
                    directory.resolve("out")))
        .as("it can be told where the repository is now")
        .isEqualTo(WalFetch.Outcome.FETCHED);
    Files.createDirectory(repository);
    assertFails(ErrorCode.REPOSITORY_MISSING, () -> fetch("00000003.history"));
    Files.delete(repository);
    new RepositoryAccess(TestEngine.context())
        .init(TestEngine.settings(repository))
        .repository()
        .close();
    assertFails(ErrorCode.CAPABILITY_UNUSABLE, () -> fetch("00000003.history"));
  }

  @Test
  void neverCallsWalOfThePlanAbsent() throws IOException {
    try (var files = Files.walk(repository.resolve("wal"))) {
      for (Path path : files.filter(p -> p.toString().contains("/00000001/")).toList()) {
        if (Files.isRegularFile(path)) {
          Files.delete(path);
        }
      }
    }
    assertThatThrownBy(() -> fetch("000000010000000000000001"))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("1");
  }

  @Test
  void refusesAFileThatIsGarbledAnywhere() throws IOException {
    byte[] good = Files.readAllBytes(file);
    for (int at = 0; at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= 1;
      Files.write(file, bad);
      assertFails(ErrorCode.CAPABILITY_UNUSABLE, () -> WalCapability.read(file));
    }
    Files.write(file, Arrays.copyOf(good, good.length / 2));
    assertFails(ErrorCode.CAPABILITY_UNUSABLE, () -> fetch("000000010000000000000001"));
    Files.write(file, new byte[300 << 10]);
    assertFails(ErrorCode.CAPABILITY_UNUSABLE, () -> fetch("000000010000000000000001"));
    Files.delete(file);
    assertFails(ErrorCode.CAPABILITY_UNUSABLE, () -> fetch("000000010000000000000001"));
  }

  @Test
  void saysNothingOfItsKeys() throws IOException {
    WalCapability capability = WalCapability.read(file);
    assertThat(capability.toString()).doesNotContainPattern("[0-9a-f]{64}");
    assertThat(WalCapability.decode(new Secret(Files.readString(file))).plan())
        .isEqualTo(capability.plan());
  }

  private WalFetch.Outcome fetch(String name) {
    return new CapabilityFetch(TestEngine.context())
        .fetch(file, Optional.empty(), name, directory.resolve("out"));
  }

  private byte[] fetched(String name) throws IOException {
    assertThat(fetch(name)).as(name).isEqualTo(WalFetch.Outcome.FETCHED);
    byte[] content = Files.readAllBytes(directory.resolve("out"));
    Files.delete(directory.resolve("out"));
    return content;
  }

  private static void assertFails(
      ErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.hint()).isNotEmpty();
            });
  }
}
