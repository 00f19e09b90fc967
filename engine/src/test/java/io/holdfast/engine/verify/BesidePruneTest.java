package io.holdfast.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.BackupException;
import io.holdfast.base.ByteSize;
import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.files.FilesBackup;
import io.holdfast.engine.files.FilesBackupRequest;
import io.holdfast.engine.maintenance.Prune;
import io.holdfast.engine.maintenance.PruneRequest;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.repository.Repository;
import io.holdfast.repository.RepositoryOptions;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whoever looks for damage while somebody else forgets a backup and prunes finds none; what is
/// really lost is found all the same.
class BesidePruneTest {
  @TempDir private Path directory = Path.of("");
  private final SettableClock clock =
      new SettableClock(TestEngine.context().clock().instant().plusSeconds(3_600));
  private final Interrupted store = new Interrupted(new MemoryBlobStore());

  /// Who looks.
  enum Look {
    CHECK {
      @Override
      boolean isClean(EngineContext context, OpenRepository repository) {
        return new Check(context, repository).run().isClean();
      }
    },
    VERIFY_ALL {
      @Override
      boolean isClean(EngineContext context, OpenRepository repository) {
        return new Verify(context, repository).all().isClean();
      }
    },
    VERIFY_BUDGET {
      @Override
      boolean isClean(EngineContext context, OpenRepository repository) {
        return new BudgetVerify(context, repository)
            .run(new ByteSize(1L << 40), BudgetVerify.Per.RUN, 30)
            .isClean();
      }
    };

    abstract boolean isClean(EngineContext context, OpenRepository repository);
  }

  @BeforeEach
  void makeBackups() throws IOException {
    try (OpenRepository repository = new OpenRepository(init(), "memory")) {
      SplittableRandom random = Seeds.random(1);
      for (int backup = 0; backup < 3; backup++) {
        for (int file = 0; file < 3; file++) {
          byte[] bytes = new byte[60_000];
          random.nextBytes(bytes);
          Files.write(directory.resolve("file-" + file), bytes);
        }
        clock.advance(Duration.ofMinutes(1));
        var _ =
            new FilesBackup(context(), repository)
                .run(
                    TestEngine.settings(Path.of("/")),
                    new FilesBackupRequest(
                        List.of(directory),
                        List.of(),
                        FilesBackupRequest.Caches.INCLUDED,
                        FilesBackupRequest.Mounts.CROSSED));
      }
    }
    clock.advance(Duration.ofMinutes(1));
  }

  @ParameterizedTest
  @EnumSource
  void whatIsForgottenAndPrunedMeanwhileIsNoDamage(Look look) throws Exception {
    List<byte[]> contents = contents();
    long requests = requests(look);
    assertThat(requests).isGreaterThan(10);
    for (long at = 0; at < requests; at++) {
      refill(contents);
      store.interruptAt(at, this::forgetAndPrune);
      assertThat(clean(look)).as("pruned before request %d of %d", at, requests).isTrue();
      if (!store.isInterrupted()) {
        // Readers beside each other join requests differently each time: there were fewer now.
        assertThat(at).isGreaterThan(requests * 3 / 4);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsLostWhileOthersPruneIsFound(Look look) throws Exception {
    List<byte[]> contents = contents();
    long requests = requests(look);
    for (long at = 0; at < requests; at += 5) {
      refill(contents);
      loseAPackOfTheNewest();
      store.interruptAt(at, this::forgetAndTryToPrune);
      assertThat(clean(look)).as("pruned before request %d of %d", at, requests).isFalse();
    }
  }

  private boolean clean(Look look) throws IOException {
    try (OpenRepository repository = open()) {
      return look.isClean(context(), repository);
    }
  }

  private long requests(Look look) throws IOException {
    store.interruptAt(Long.MAX_VALUE, () -> {});
    assertThat(clean(look)).isTrue();
    return store.requests;
  }

  private void forgetAndPrune() throws IOException {
    try (OpenRepository repository = open()) {
      repository
          .repository()
          .forget(List.of(BackupCatalog.of(repository.repository()).all().getFirst().id()));
      var _ =
          new Prune(context(), repository)
              .run(new PruneRequest(0, 100, Duration.ofHours(1), Duration.ZERO, Set.of()));
    }
  }

  /// Where lists are lost, a prune rightly refuses.
  private void forgetAndTryToPrune() throws IOException {
    try {
      forgetAndPrune();
    } catch (BackupException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_CORRUPT);
    }
  }

  private void loseAPackOfTheNewest() throws IOException {
    try (OpenRepository repository = open()) {
      var newest = BackupCatalog.of(repository.repository()).all().getLast();
      store.delete(
          new BlobKey(
              repository.repository().verification().packsOf(newest.id()).getFirst().toString()));
    }
  }

  private final List<BlobKey> keys = new ArrayList<>();

  private List<byte[]> contents() throws IOException {
    store.list("", blob -> keys.add(blob.key()));
    List<byte[]> contents = new ArrayList<>();
    for (BlobKey key : keys) {
      contents.add(store.get(key, 1 << 24));
    }
    return contents;
  }

  private void refill(List<byte[]> contents) throws IOException {
    store.interruptAt(Long.MAX_VALUE, () -> {});
    List<BlobKey> now = new ArrayList<>();
    store.list("", blob -> now.add(blob.key()));
    for (BlobKey key : now) {
      store.delete(key);
    }
    for (int i = 0; i < keys.size(); i++) {
      var _ = store.putIfAbsent(keys.get(i), ByteBuffer.wrap(contents.get(i)));
    }
  }

  private EngineContext context() {
    return new EngineContext(
        clock, Entropy.secure(), _ -> {}, Progress.NONE, new Cancellation(), Map.of());
  }

  private RepositoryOptions options() {
    return new RepositoryOptions(clock, Entropy.secure(), _ -> {}, 64 << 10, 1);
  }

  private Repository init() throws IOException {
    return Repository.init(store, Repositories.key(), options()).repository();
  }

  private OpenRepository open() throws IOException {
    return new OpenRepository(Repository.open(store, Repositories.key(), options()), "memory");
  }

  /// Counts what is read, and does something before one of these requests.
  private static final class Interrupted extends ForwardingBlobStore {
    private interface Action {
      void run() throws IOException;
    }

    private long requests;
    private long at = Long.MAX_VALUE;
    private Action action = () -> {};

    Interrupted(BlobStore inner) {
      super(inner);
    }

    synchronized void interruptAt(long request, Action what) {
      requests = 0;
      at = request;
      action = what;
    }

    synchronized boolean isInterrupted() {
      return requests > at;
    }

    private void count() throws IOException {
      Action now = () -> {};
      synchronized (this) {
        if (requests++ == at) {
          now = action;
          action = () -> {};
        }
      }
      now.run();
    }

    @Override
    public byte[] get(BlobKey key, int bytesMax) throws IOException {
      count();
      return super.get(key, bytesMax);
    }

    @Override
    public byte[] getRange(BlobKey key, long offset, int length) throws IOException {
      count();
      return super.getRange(key, offset, length);
    }

    @Override
    public void list(String prefix, Consumer<BlobStat> each) throws IOException {
      count();
      super.list(prefix, each);
    }
  }
}
