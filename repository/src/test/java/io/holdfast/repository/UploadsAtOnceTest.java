package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.RepositoryOptions.Distance;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A session uploads two packs at a time to a distant store, and one to a near one.
class UploadsAtOnceTest {
  private static final int PACK_BYTES = 64 << 10;
  private static final int CHUNKS = 40;

  private final MemoryBlobStore memory = new MemoryBlobStore();
  private long opened = 1;

  @Test
  void packsArriveTwoAtATimeInADistantStore() throws Exception {
    try (Repository repository = open(new Meeting(memory), Distance.DISTANT)) {
      StoredSnapshot snapshot = write(repository);
      assertThat(snapshot.record().storedBytes()).isGreaterThan(4L * PACK_BYTES);
      requireReadable(snapshot);
    }
  }

  @ParameterizedTest
  @EnumSource(Distance.class)
  void neverMoreAreOnTheirWayThanAreAllowed(Distance distance) throws Exception {
    Counting counting = new Counting(memory, distance.uploadsAtOnce());
    try (Repository repository = open(counting, distance)) {
      requireReadable(write(repository));
    }
    assertThat(counting.most.get()).isEqualTo(distance.uploadsAtOnce());
  }

  @ParameterizedTest
  @EnumSource(Distance.class)
  void whereOneUploadFailsNothingIsPublished(Distance distance) throws Exception {
    try (Repository repository = open(new FailingAtThird(memory), distance)) {
      assertThatThrownBy(() -> write(repository)).hasMessageContaining("the third fails");
      assertThat(repository.snapshots()).isEmpty();
    }
    try (Repository repository = open(memory, distance)) {
      requireReadable(write(repository));
    }
  }

  private Repository open(BlobStore store, Distance distance) throws IOException {
    if (memory.stat(ObjectNames.FORMAT).isEmpty()) {
      Repositories.init(memory, 1).close();
    }
    return Repository.open(
        store,
        Repositories.key(),
        new RepositoryOptions(
                InstantSource.fixed(Repositories.NOW),
                Seeds.entropy(++opened),
                _ -> {},
                PACK_BYTES,
                1)
            .withDistance(distance));
  }

  private static StoredSnapshot write(Repository repository) throws IOException {
    SplittableRandom random = Seeds.random(3);
    byte[][][] chunks = new byte[CHUNKS][1][];
    for (byte[][] chunk : chunks) {
      chunk[0] = new byte[12_000];
      random.nextBytes(chunk[0]);
    }
    return StreamBackup.write(repository, "backup", chunks);
  }

  private void requireReadable(StoredSnapshot snapshot) throws IOException {
    try (Repository repository = open(memory, Distance.NEAR)) {
      ChunkReader chunks = repository.reader();
      AtomicInteger read = new AtomicInteger();
      StreamBackup.REFERENCES.visit(
          chunks,
          snapshot,
          (type, id) -> {
            assertThat(chunks.contains(type, id)).isTrue();
            read.incrementAndGet();
          });
      assertThat(read).hasValue(CHUNKS + 1);
    }
  }

  private abstract static class PackPuts extends ForwardingBlobStore {
    PackPuts(BlobStore inner) {
      super(inner);
    }

    @Override
    public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
      return key.value().startsWith(ObjectNames.PACKS)
          ? putPack(key, data)
          : super.putIfAbsent(key, data);
    }

    abstract PutResult putPack(BlobKey key, ByteBuffer data) throws IOException;
  }

  /// The first two packs wait for each other.
  private static final class Meeting extends PackPuts {
    private static final int WAIT_SECONDS = 60;
    private final AtomicInteger puts = new AtomicInteger();
    private final Phaser both = new Phaser(2);

    Meeting(BlobStore inner) {
      super(inner);
    }

    @Override
    PutResult putPack(BlobKey key, ByteBuffer data) throws IOException {
      if (puts.incrementAndGet() <= 2) {
        try {
          both.awaitAdvanceInterruptibly(both.arrive(), WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | TimeoutException e) {
          throw new IOException("nobody else came to put a pack", e);
        }
      }
      return inner().putIfAbsent(key, data);
    }
  }

  /// Each pack waits a while for one too many.
  private static final class Counting extends PackPuts {
    private static final int WAIT_MILLIS = 200;
    private final AtomicInteger under = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final CountDownLatch tooMany = new CountDownLatch(1);
    private final int allowed;

    Counting(BlobStore inner, int allowed) {
      super(inner);
      this.allowed = allowed;
    }

    @Override
    PutResult putPack(BlobKey key, ByteBuffer data) throws IOException {
      most.accumulateAndGet(under.incrementAndGet(), Math::max);
      try {
        if (under.get() > allowed) {
          tooMany.countDown();
        }
        boolean _ = tooMany.await(WAIT_MILLIS, TimeUnit.MILLISECONDS);
        return inner().putIfAbsent(key, data);
      } catch (InterruptedException e) {
        throw new IOException(e);
      } finally {
        under.decrementAndGet();
      }
    }
  }

  private static final class FailingAtThird extends PackPuts {
    private final AtomicInteger puts = new AtomicInteger();

    FailingAtThird(BlobStore inner) {
      super(inner);
    }

    @Override
    PutResult putPack(BlobKey key, ByteBuffer data) throws IOException {
      if (puts.incrementAndGet() == 3) {
        throw new IOException("the third fails");
      }
      return inner().putIfAbsent(key, data);
    }
  }
}
