package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.NoSuchBlobException;
import io.holdfast.storage.WriteOutcomeUnknownException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Reads and puts, has no key of maintenance, and calls things what they are not: states and
/// tombstones of his own, and genuine ones under names of others. *Confined.*
final class Forger {
  private static final int FORGERIES = 6;
  private static final int NUMBERS = 15;

  private final Repository repository;
  private final BlobStore store;
  private final SplittableRandom random;
  private final MaintenanceLog log;

  Forger(Repository repository, BlobStore store, SplittableRandom random) throws IOException {
    this.repository = repository;
    this.store = store;
    this.random = random;
    this.log = new MaintenanceLog(store, repository.domain(Repository.MAIN_DOMAIN), new byte[32]);
  }

  void forge() throws IOException {
    for (int i = 0; i < FORGERIES; i++) {
      List<BlobKey> names = new ArrayList<>();
      names.add(ObjectNames.maintenance(random.nextInt(1, NUMBERS)));
      repository.snapshots().forEach(each -> names.add(ObjectNames.forgotten(each.id())));
      BlobKey name = names.get(random.nextInt(names.size()));
      put(name, random.nextBoolean() ? own(name) : somebodyElses());
    }
  }

  private byte[] own(BlobKey name) throws IOException {
    return name.value().startsWith(ObjectNames.MAINTENANCE)
        ? log.wrap(
            name,
            MaintenanceLog.STATE_PURPOSE,
            MaintenanceState.none().withNumber(NUMBERS).encode())
        : log.wrap(name, MaintenanceLog.FORGOTTEN_PURPOSE, new byte[0]);
  }

  /// Empty if there is none, or it went meanwhile.
  private byte[] somebodyElses() throws IOException {
    List<BlobKey> genuine = new ArrayList<>();
    store.list(ObjectNames.MAINTENANCE, blob -> genuine.add(blob.key()));
    store.list(ObjectNames.FORGOTTEN, blob -> genuine.add(blob.key()));
    if (genuine.isEmpty()) {
      return new byte[0];
    }
    try {
      return store.get(genuine.get(random.nextInt(genuine.size())), MaintenanceState.BYTES_MAX);
    } catch (NoSuchBlobException e) {
      return new byte[0];
    }
  }

  private void put(BlobKey name, byte[] bytes) throws IOException {
    if (bytes.length == 0) {
      return;
    }
    try {
      var _ = store.putIfAbsent(name, ByteBuffer.wrap(bytes));
    } catch (WriteOutcomeUnknownException e) {
      assertThat(e).hasMessageContaining("was lost");
    }
  }
}
