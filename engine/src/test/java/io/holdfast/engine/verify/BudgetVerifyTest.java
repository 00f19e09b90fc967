package io.holdfast.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ByteSize;
import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.PackId;
import io.holdfast.repository.Repository;
import io.holdfast.repository.RepositoryOptions;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Packs are read within a budget, those first that were proved longest ago, and what was proved is
/// remembered in the repository.
class BudgetVerifyTest {
  private static final int PACKS = 12;
  private static final ByteSize ALL = new ByteSize(1L << 40);

  private final SettableClock clock = new SettableClock(Repositories.NOW);
  private final Watching store = new Watching(new MemoryBlobStore());

  @BeforeEach
  void makePacks() throws IOException {
    try (Repository repository =
        Repository.init(store, Repositories.key(), options()).repository()) {
      SplittableRandom random = Seeds.random(1);
      try (BackupSession session = repository.beginSession()) {
        for (int i = 0; i < PACKS; i++) {
          byte[] bytes = new byte[60_000];
          random.nextBytes(bytes);
          ChunkId id = session.chunks().ids().of(ChunkType.STREAM, bytes, 0, bytes.length);
          session.chunks().put(ChunkType.STREAM, id, bytes, 0, bytes.length);
        }
        byte[] root = {1};
        ChunkId id = session.chunks().ids().of(ChunkType.ROOT, root, 0, 1);
        session.chunks().put(ChunkType.ROOT, id, root, 0, 1);
        session.commit(Repositories.record("one", id));
      }
    }
    clock.advance(Duration.ofHours(1));
  }

  @Test
  void runsWithinABudgetReadEverythingOnceBeforeAnythingTwice() throws Exception {
    int packs = packs().size();
    assertThat(packs).isGreaterThan(PACKS / 2);
    Set<String> read = new HashSet<>();
    long total = 0;
    while (read.size() < packs) {
      store.read.clear();
      BudgetReport report = verify(new ByteSize(150_000), BudgetVerify.Per.RUN);
      assertThat(report.isClean()).isTrue();
      assertThat(report.unrecorded()).isEmpty();
      assertThat(report.bytesRead()).isBetween(1L, 150_000L);
      // What is left of the last one's budget goes to packs that were read before.
      List<String> again = store.read.stream().filter(read::contains).toList();
      read.addAll(store.read);
      boolean all = read.size() == packs;
      assertThat(all || again.isEmpty()).isTrue();
      assertThat(store.read.subList(store.read.size() - again.size(), store.read.size()))
          .isEqualTo(again);
      total += report.bytesRead() - bytes(again);
      assertThat(report.coverage().provedBytes()).isEqualTo(total);
      assertThat(report.coverage().text().startsWith("100.0 %")).isEqualTo(all);
      clock.advance(Duration.ofMinutes(1));
    }
    // Then those again that were read first.
    store.read.clear();
    assertThat(verify(new ByteSize(150_000), BudgetVerify.Per.RUN).packsProved()).isPositive();
    assertThat(read).containsAll(store.read);
  }

  @Test
  void aDaysBudgetIsSharedByAllRunsOfTheDay() throws Exception {
    long first = verify(new ByteSize(200_000), BudgetVerify.Per.DAY).bytesRead();
    BudgetReport second = verify(new ByteSize(200_000), BudgetVerify.Per.DAY);
    assertThat(second.usedBefore()).isEqualTo(first);
    BudgetReport third = verify(new ByteSize(first), BudgetVerify.Per.DAY);
    assertThat(third.bytesRead()).isZero();
    assertThat(third.isClean()).isTrue();
    clock.advance(Duration.ofDays(1));
    assertThat(verify(new ByteSize(200_000), BudgetVerify.Per.DAY).bytesRead()).isPositive();
  }

  @Test
  void aProofGrowsOld() throws Exception {
    assertThat(verify(ALL, BudgetVerify.Per.RUN).coverage().text()).startsWith("100.0 %");
    assertThat(coverage().isOverdue()).isFalse();
    clock.advance(Duration.ofDays(31));
    assertThat(coverage().text()).startsWith("0.0 %");
    assertThat(coverage().isOverdue()).isTrue();
    assertThat(coverage().oldest()).isEqualTo(Duration.ofDays(31));
  }

  @Test
  void whatIsDamagedIsRememberedUntilItIsProved() throws Exception {
    PackId victim = packs().getFirst();
    BlobKey key = new BlobKey(victim.toString());
    byte[] bytes = store.get(key, 1 << 20);
    byte[] changed = bytes.clone();
    changed[200] ^= 1;
    store.delete(key);
    store.putIfAbsent(key, ByteBuffer.wrap(changed));

    BudgetReport report = verify(ALL, BudgetVerify.Per.RUN);
    assertThat(report.findings()).hasSize(1);
    assertThat(report.findings().getFirst().object()).isEqualTo(victim.toString());
    assertThat(coverage().damaged()).containsExactly(victim);
    assertThat(coverage().text()).doesNotStartWith("100.0 %");

    store.delete(key);
    store.putIfAbsent(key, ByteBuffer.wrap(bytes));
    clock.advance(Duration.ofMinutes(1));
    assertThat(verify(ALL, BudgetVerify.Per.RUN).isClean()).isTrue();
    assertThat(coverage().damaged()).isEmpty();
    assertThat(coverage().text()).startsWith("100.0 %");
  }

  @Test
  void whoMayNotWriteVerifiesAndSaysThatNothingWasWrittenDown() throws Exception {
    store.writable = false;
    BudgetReport report = verify(ALL, BudgetVerify.Per.RUN);
    assertThat(report.isClean()).isTrue();
    assertThat(report.packsProved()).isEqualTo(packs().size());
    assertThat(report.unrecorded()).contains("may not write");
    assertThat(report.warnings()).hasSize(1);
    assertThat(coverage().text()).startsWith("0.0 %");
  }

  @Test
  void manyRecordsBecomeOneThatSaysTheSame() throws Exception {
    for (int run = 0; run < 80; run++) {
      assertThat(verify(new ByteSize(70_000), BudgetVerify.Per.RUN).unrecorded()).isEmpty();
      clock.advance(Duration.ofMinutes(1));
      assertThat(records()).hasSizeLessThanOrEqualTo(33);
    }
    assertThat(coverage().text()).startsWith("100.0 %");
  }

  @Test
  void whereRecordsCannotBeDeletedADaysBudgetIsCountedOnceAllTheSame() throws Exception {
    store.deletable = false;
    clock.advance(Duration.ofHours(1));
    long read = 0;
    for (int run = 0; run < 70; run++) {
      BudgetReport report = verify(new ByteSize(60_000), BudgetVerify.Per.RUN);
      assertThat(report.usedBefore()).isZero();
      read += report.bytesRead();
      clock.advance(Duration.ofSeconds(1));
    }
    assertThat(records()).hasSize(70);
    assertThat(verify(new ByteSize(read), BudgetVerify.Per.DAY).usedBefore()).isEqualTo(read);
    long bytes = 0;
    for (BlobKey record : records()) {
      bytes += store.get(record, 1 << 20).length;
    }
    assertThat(bytes).as("they grow no faster than runs").isLessThan(70 * 1_000);
  }

  @Test
  void recordsThatCannotBeReadCostOnlyReadingAgain() throws Exception {
    verify(ALL, BudgetVerify.Per.RUN);
    BlobKey record = records().getFirst();
    store.delete(record);
    store.putIfAbsent(record, ByteBuffer.wrap(new byte[100]));
    store.putIfAbsent(new BlobKey("check/no-such-name"), ByteBuffer.wrap(new byte[5]));
    assertThat(coverage().text()).startsWith("0.0 %");
    CheckReport checked = new Check(context(), open()).run();
    assertThat(checked.damage()).noneMatch(damage -> damage.where().startsWith("check/"));
    assertThat(checked.remarks()).hasSize(2);
    assertThat(verify(ALL, BudgetVerify.Per.RUN).coverage().text()).startsWith("100.0 %");
  }

  @Test
  void settingsAreReadStrictly() {
    assertThat(VerifySettings.of(Map.of()))
        .isEqualTo(new VerifySettings(VerifySettings.AfterBackup.CHEAP_STORES, 30));
    assertThat(
            VerifySettings.of(
                Map.of(
                    VerifySettings.AFTER_BACKUP, "never", VerifySettings.PROVED_WITHIN_DAYS, "7")))
        .isEqualTo(new VerifySettings(VerifySettings.AfterBackup.NEVER, 7));
    for (String wrong : List.of("0", "-1", "x", "99999", "1.5")) {
      assertThatThrownBy(() -> VerifySettings.of(Map.of(VerifySettings.PROVED_WITHIN_DAYS, wrong)))
          .isInstanceOf(BackupException.class);
    }
    assertThatThrownBy(() -> VerifySettings.of(Map.of(VerifySettings.AFTER_BACKUP, "sometimes")))
        .isInstanceOf(BackupException.class);
  }

  private RepositoryOptions options() {
    return new RepositoryOptions(clock, Entropy.secure(), _ -> {}, 64 << 10, 1);
  }

  private EngineContext context() {
    return new EngineContext(
        clock, Entropy.secure(), _ -> {}, Progress.NONE, new Cancellation(), Map.of());
  }

  private OpenRepository open() throws IOException {
    return new OpenRepository(Repository.open(store, Repositories.key(), options()), "memory");
  }

  private BudgetReport verify(ByteSize budget, BudgetVerify.Per per) throws IOException {
    return new BudgetVerify(context(), open()).run(budget, per, 30);
  }

  private ProofCoverage coverage() throws IOException {
    return ProofCoverage.of(open().repository(), clock.instant(), 30);
  }

  private List<PackId> packs() throws IOException {
    return open().repository().verification().packs();
  }

  private long bytes(List<String> packs) throws IOException {
    long bytes = 0;
    for (String pack : packs) {
      bytes += store.get(new BlobKey(pack), 1 << 20).length;
    }
    return bytes;
  }

  private List<BlobKey> records() throws IOException {
    List<BlobKey> records = new ArrayList<>();
    store.list("check/", blob -> records.add(blob.key()));
    return records;
  }

  /// Remembers which packs are read whole, and may refuse to write.
  private static final class Watching extends ForwardingBlobStore {
    private final List<String> read = new ArrayList<>();
    private boolean writable = true;
    private boolean deletable = true;

    Watching(BlobStore inner) {
      super(inner);
    }

    @Override
    public byte[] get(BlobKey key, int bytesMax) throws IOException {
      if (key.value().startsWith("packs/")) {
        read.add(key.value());
      }
      return super.get(key, bytesMax);
    }

    @Override
    public void delete(BlobKey key) throws IOException {
      if (!deletable) {
        throw new StoreRefusedException(ErrorCode.STORE_UNAVAILABLE, "locked", "Wait.", null);
      }
      super.delete(key);
    }

    @Override
    public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
      if (!writable) {
        throw new StoreUnavailableException("this user may not write");
      }
      return super.putIfAbsent(key, data);
    }
  }
}
