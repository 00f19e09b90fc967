package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.MaintenanceLog.Genuine;
import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.repository.crypto.KeySlot;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What is below seals and checksums, changed at random and handed to its parser: it is read, or it
/// is said to be damaged. It never fails otherwise, hangs, or takes much more memory than it has
/// bytes. Whoever holds a key may write such things.
class ParserFuzzTest {
  private static final int CHANGED = Seeds.thorough() ? 200_000 : 5_000;
  private static final long MEMORY_BYTES = 1 << 20;
  private static final int MEMORY_FACTOR = 64;

  private final MemoryBlobStore store = new MemoryBlobStore();

  interface Parser {
    void parse(byte[] plain) throws IOException;
  }

  /// @param prefix of the objects' names
  /// @param purpose they are sealed for; empty if they are not
  record Kind(String name, String prefix, String purpose, Parser parser) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final String STATE = "state";
  private static final String DOMAIN_KEYS = "keys of a domain";
  private static final String PACK_TABLE = "table of a pack";
  private static final String PACK_HEADER = "header of a pack";
  private static final String PACK_FOOTER = "footer of a pack";

  static Stream<Kind> kinds() {
    return Stream.of(
        new Kind(
            "slot", ObjectNames.LOG, SlotRecord.PURPOSE, plain -> SlotRecord.decode(plain, "x")),
        new Kind(
            "delta",
            ObjectNames.DELTAS,
            IndexObject.PURPOSE,
            plain -> IndexObject.decode(plain, "x")),
        new Kind(
            "shard",
            ObjectNames.BASES,
            IndexObject.PURPOSE,
            plain -> IndexObject.decode(plain, "x")),
        new Kind(
            STATE,
            ObjectNames.MAINTENANCE,
            MaintenanceLog.STATE_PURPOSE,
            plain -> MaintenanceState.decode(plain, "x")),
        new Kind(
            "check",
            ObjectNames.CHECKS,
            CheckRecord.PURPOSE,
            plain -> CheckRecord.decode(plain, "x")),
        new Kind(
            "key slot",
            ObjectNames.SLOTS,
            "",
            plain -> KeySlot.decode(slotId(plain), summed(plain))),
        new Kind(
            DOMAIN_KEYS, ObjectNames.DOMAINS, "", plain -> DomainKeys.decode(plain, "x").wipe()),
        new Kind("format", "format/", "", plain -> FormatObject.decode(summed(plain))),
        new Kind(
            PACK_HEADER,
            ObjectNames.PACKS,
            "",
            plain -> PackFormat.Header.decode(PackParts.checked(PackParts.header(plain)), "x")),
        new Kind(
            PACK_FOOTER,
            ObjectNames.PACKS,
            "",
            plain -> PackFormat.Footer.decode(plain, PackParts.PACK_BYTES, "x")),
        new Kind(PACK_TABLE, ObjectNames.PACKS, "", PackParts::decodeTable));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void changedBytesAreReadOrSaidToBeDamaged(Kind kind) throws Exception {
    SplittableRandom random = Seeds.random(kind.name().length());
    List<byte[]> samples = samples(kind);
    assertThat(samples).isNotEmpty();
    for (byte[] sample : samples) {
      kind.parser().parse(sample.clone());
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assertThat(threads.isThreadAllocatedMemoryEnabled()).isTrue();
    Map<Boolean, Integer> outcomes = new LinkedHashMap<>();
    for (int i = 0; i < CHANGED; i++) {
      byte[] changed = changed(samples.get(random.nextInt(samples.size())), random);
      long before = threads.getCurrentThreadAllocatedBytes();
      boolean wasRead = isRead(kind, changed);
      long took = threads.getCurrentThreadAllocatedBytes() - before;
      outcomes.merge(wasRead, 1, Integer::sum);
      assertThat(took)
          .as("memory for %d bytes, change %d", changed.length, i)
          .isLessThan(MEMORY_BYTES + (long) MEMORY_FACTOR * changed.length);
    }
    assertThat(outcomes.get(false)).as("said to be damaged").isGreaterThan(CHANGED / 10);
  }

  private static boolean isRead(Kind kind, byte[] changed) throws IOException {
    try {
      kind.parser().parse(changed);
      return true;
    } catch (BackupException e) {
      assertThat(e.code()).isIn(ErrorCode.OBJECT_CORRUPT, ErrorCode.REPOSITORY_TOO_NEW);
      return false;
    }
  }

  private static byte[] changed(byte[] sample, SplittableRandom random) {
    byte[] changed =
        switch (random.nextInt(6)) {
          case 0 -> Arrays.copyOf(sample, random.nextInt(sample.length + 1));
          case 1 -> Arrays.copyOf(sample, sample.length + random.nextInt(1, 100));
          default -> sample.clone();
        };
    for (int i = random.nextInt(4); i > 0 && changed.length > 0; i--) {
      int at = random.nextInt(changed.length);
      switch (random.nextInt(3)) {
        case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> changed[at] = (byte) random.nextInt();
        default -> {
          int to = Math.min(changed.length, at + 1 + random.nextInt(8));
          Arrays.fill(changed, at, to, (byte) (random.nextBoolean() ? 0xff : 0x7f));
        }
      }
    }
    return changed;
  }

  private List<byte[]> samples(Kind kind) throws IOException {
    try (Repository repository = fill()) {
      List<BlobKey> keys = new ArrayList<>();
      store.list(kind.prefix(), blob -> keys.add(blob.key()));
      List<byte[]> samples = new ArrayList<>();
      for (BlobKey key : keys) {
        samples.add(plain(repository, kind, key));
      }
      return samples;
    }
  }

  private byte[] plain(Repository repository, Kind kind, BlobKey key) throws IOException {
    byte[] object = store.get(key, BlobStore.BLOB_BYTES_MAX);
    if (kind.name().equals(PACK_HEADER)) {
      return PackParts.header(object);
    }
    if (kind.name().equals(PACK_FOOTER)) {
      return PackParts.footer(object);
    }
    if (kind.name().equals(PACK_TABLE)) {
      return PackParts.table(repository.mainDomain(), object);
    }
    if (kind.name().equals(DOMAIN_KEYS)) {
      return domainKeys(repository, key);
    }
    if (kind.name().equals(STATE)) {
      return repository.maintenance().unwrap(key, kind.purpose(), MaintenanceState.BYTES_MAX)
              instanceof Genuine<byte[]>(byte[] plain)
          ? plain
          : new byte[0];
    }
    return kind.purpose().isEmpty()
        ? object
        : repository
            .domain(Repository.MAIN_DOMAIN)
            .openMeta(
                kind.purpose(), key.value(), object, 0, object.length, BlobStore.BLOB_BYTES_MAX);
  }

  /// A repository in which everything has been done once.
  private Repository fill() throws IOException {
    Repository repository = Repositories.init(store, 1);
    SplittableRandom random = Seeds.random(2);
    byte[] like = DifferencesTest.noise(random, 20_000);
    for (int backup = 0; backup < 4; backup++) {
      byte[] difference = like.clone();
      difference[backup] ^= 1;
      StreamBackup.write(
          repository, "backup-" + backup, new byte[][] {like}, new byte[][] {difference, like});
    }
    repository.forget(List.of(repository.snapshots().getFirst().id()));
    var _ =
        repository
            .pruning(StreamBackup.REFERENCES)
            .run(new PrunePolicy(0, 1, Duration.ZERO, Duration.ZERO, Duration.ZERO));
    var _ = repository.proofs().record(repository.verification().packs(), List.of(), 1);
    SmallBackup.write(repository, "later", 5);
    repository.keyring().rotate(Optional.empty());
    return repository;
  }

  /// With the checksum at the end put right, so that what is before it is looked at.
  private static byte[] summed(byte[] bytes) {
    int body = bytes.length - Digest.BYTES;
    if (body < 0) {
      return bytes;
    }
    byte[] summed = bytes.clone();
    System.arraycopy(CryptoKit.sha256(bytes, 0, body), 0, summed, body, Digest.BYTES);
    return summed;
  }

  private static String slotId(byte[] slot) {
    return slot.length < 16 ? "" : HexFormat.of().formatHex(slot, 8, 16);
  }

  /// Of the version that the name ends with.
  private static byte[] domainKeys(Repository repository, BlobKey key) throws IOException {
    String[] parts = key.value().substring(ObjectNames.DOMAINS.length()).split("/", -1);
    return repository
        .root()
        .domainKeys(repository.store(), new DomainId(parts[0]), Integer.parseInt(parts[1]))
        .encode();
  }
}
