package io.holdfast.engine.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.postgres.Lsn;
import io.holdfast.repository.KeyMaterial;
import io.holdfast.repository.Repository;
import io.holdfast.repository.RepositoryOptions;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.StoreUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Three ranges of 1000 bytes from 1 MiB on; the server was told of the first and half of the
/// second.
class StoredBeforeTest {
  private static final int SEGMENT = 1 << 20;
  private static final Lsn FLOOR = new Lsn(SEGMENT);
  private static final Lsn RESERVED = new Lsn(SEGMENT + 1500);

  private final Watched store = new Watched();
  private final List<WalRange> ranges = new ArrayList<>();
  private WalArchive archive;

  StoredBeforeTest() throws IOException {
    var context = TestEngine.context();
    Repository repository =
        Repository.init(
                store,
                KeyMaterial.fromHex(new io.holdfast.base.Secret("ab".repeat(32))),
                RepositoryOptions.defaults(context.clock(), context.entropy(), context.pause()))
            .repository();
    archive = SourceWal.open(repository, "main", 7, SEGMENT);
  }

  @BeforeEach
  void store() throws IOException {
    for (int i = 0; i < 3; i++) {
      byte[] wal = Seeds.entropy(i).bytes(1000);
      WalRange range = new WalRange(1, SEGMENT + i * 1000, SEGMENT + (i + 1) * 1000);
      archive.put(range, wal, 0, wal.length, new byte[] {1});
      ranges.add(range);
    }
    store.puts.clear();
  }

  private Lsn durableEnd() throws IOException {
    return StoredBefore.durableEnd(archive, ranges, FLOOR, RESERVED);
  }

  @Test
  void whatTheServerWasNotToldOfIsPutOnceMore() throws IOException {
    assertThat(durableEnd()).isEqualTo(new Lsn(SEGMENT + 3000));
    assertThat(store.puts).hasSize(2);
    assertThat(store.puts.getFirst()).contains("1003e8-").contains("1007d0");
    assertThat(archive.ranges(1)).isEqualTo(ranges);
    assertThat(archive.conflicts(1)).isEmpty();
  }

  @Test
  void whatABackupReliesOnIsPutOnceMore() throws IOException {
    StoredBefore.confirm(archive, 1, new Lsn(SEGMENT + 1500), new Lsn(SEGMENT + 2001));
    assertThat(store.puts).hasSize(2);
    assertThat(store.puts.getFirst()).contains("1003e8-").contains("1007d0");
    store.refuses = true;
    assertThatThrownBy(
            () -> StoredBefore.confirm(archive, 1, new Lsn(SEGMENT), new Lsn(SEGMENT + 1)))
        .isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void nothingIsConfirmedWhileTheStoreCannotSay() {
    store.refuses = true;
    assertThatThrownBy(this::durableEnd).isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void damagedWalIsStreamedAgain() throws IOException {
    store.damaged = "1007d0-";
    assertThat(durableEnd()).isEqualTo(new Lsn(SEGMENT + 2000));
    store.damaged = "1003e8-";
    assertThat(durableEnd()).isEqualTo(new Lsn(SEGMENT + 1000));
  }

  @Test
  void anEmptyArchiveBeginsAtTheSegment() throws IOException {
    assertThat(StoredBefore.durableEnd(archive, List.of(), FLOOR, RESERVED)).isEqualTo(FLOOR);
  }

  /// Keeps the names of puts, and fails or damages on request.
  private static final class Watched extends ForwardingBlobStore {
    private final List<String> puts = new ArrayList<>();
    private boolean refuses;
    private String damaged = "none";

    Watched() {
      super(new MemoryBlobStore());
    }

    @Override
    public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
      if (refuses) {
        throw new StoreUnavailableException("not now");
      }
      puts.add(key.value());
      return super.putIfAbsent(key, data);
    }

    @Override
    public byte[] get(BlobKey key, int bytesMax) throws IOException {
      byte[] bytes = super.get(key, bytesMax);
      if (key.value().contains(damaged)) {
        bytes[bytes.length - 20] ^= 1;
      }
      return bytes;
    }
  }
}
