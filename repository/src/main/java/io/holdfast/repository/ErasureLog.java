package io.holdfast.repository;

import io.holdfast.repository.MaintenanceLog.Absent;
import io.holdfast.repository.MaintenanceLog.Damaged;
import io.holdfast.repository.MaintenanceLog.Forged;
import io.holdfast.repository.MaintenanceLog.Found;
import io.holdfast.repository.MaintenanceLog.Genuine;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// Records of what was erased and is not to come back, under `erased/`. Nothing deletes or changes
/// one: no forgetting, no pruning, and no shredding, because they are sealed in the domain `main`.
/// What they say is decided by who writes them; see `docs/format/erasures.md`.
///
/// A record that is *forged* means nothing. One that is *damaged* may have said anything, so nobody
/// goes on without it: what was erased might come back.
public final class ErasureLog {
  static final String PURPOSE = "erased";

  /// The largest record.
  public static final int BYTES_MAX = 4 << 20;

  static final int OBJECT_BYTES_MAX = BYTES_MAX + 4096;
  private static final int RECORDS_MAX = 1_000_000;
  private static final int TRIES_MAX = 8;

  private final Repository repository;

  ErasureLog(Repository repository) {
    this.repository = repository;
  }

  /// Takes records, one after the other.
  @FunctionalInterface
  public interface Taker {
    void take(String id, byte[] record) throws IOException;
  }

  /// Hands out all records, in the order of their ids: by when they were made, as far as the clocks
  /// of their writers agree.
  ///
  /// @throws CorruptRepositoryException if one cannot be read
  public void forEach(Taker taker) throws IOException {
    forEach(
        taker,
        why -> {
          throw why;
        });
  }

  /// The same of those that can be read.
  ///
  /// @param damaged takes why one cannot be read
  public void forEach(Taker taker, Consumer<CorruptRepositoryException> damaged)
      throws IOException {
    for (String id : ids()) {
      BlobKey key = ObjectNames.erased(id);
      switch (read(id)) {
        case Genuine<byte[]>(byte[] record) -> taker.take(id, record);
        case Forged<byte[]> _ -> {}
        case Damaged<byte[]>(CorruptRepositoryException why) -> damaged.accept(why);
        case Absent<byte[]> _ ->
            damaged.accept(
                CorruptRepositoryException.missing(key + " is gone, which nobody deletes"));
      }
    }
  }

  private List<String> ids() throws IOException {
    List<String> ids = new ArrayList<>();
    BlobStore store = repository.store();
    store.list(
        ObjectNames.ERASED,
        blob -> {
          String id = ObjectNames.parseErased(blob.key());
          if (!id.isEmpty()) {
            ids.add(id);
          }
        });
    if (ids.size() > RECORDS_MAX) {
      throw CorruptRepositoryException.damaged(
          ObjectNames.ERASED + " has more than " + RECORDS_MAX + " records");
    }
    ids.sort(null);
    return ids;
  }

  Found<byte[]> read(String id) throws IOException {
    return repository.maintenance().unwrap(ObjectNames.erased(id), PURPOSE, OBJECT_BYTES_MAX);
  }

  /// Adds a record.
  ///
  /// @return its id
  public String add(byte[] record) throws IOException {
    RepositoryOptions options = repository.options();
    for (int attempt = 0; attempt < TRIES_MAX; attempt++) {
      String id = SessionId.create(options.clock().instant(), options.entropy()).hex();
      if (write(id, record) == ResolvedPut.Owner.OURS) {
        return id;
      }
    }
    throw CorruptRepositoryException.damaged(
        "the store says of every new name below " + ObjectNames.ERASED + " that it is taken");
  }

  /// Puts a record of another repository under the id that it has there, unless it is here already.
  ///
  /// @return whether it was put
  /// @throws CorruptRepositoryException if something else lies there
  public boolean bring(String id, byte[] record) throws IOException {
    Found<byte[]> found = read(id);
    boolean isNew = false;
    if (found instanceof Absent<byte[]>) {
      isNew = write(id, record) == ResolvedPut.Owner.OURS;
      found = read(id);
    }
    if (!(found instanceof Genuine<byte[]>(byte[] there)) || !Arrays.equals(there, record)) {
      throw CorruptRepositoryException.damaged(
          ObjectNames.erased(id) + " is not what the other repository has under this name");
    }
    return isNew;
  }

  private ResolvedPut.Owner write(String id, byte[] record) throws IOException {
    if (record.length > BYTES_MAX) {
      throw new IllegalArgumentException("a record of an erasure has at most " + BYTES_MAX);
    }
    BlobKey key = ObjectNames.erased(id);
    return repository.puts().put(key, repository.maintenance().wrap(key, PURPOSE, record));
  }
}
