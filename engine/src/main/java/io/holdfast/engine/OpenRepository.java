package io.holdfast.engine;

import io.holdfast.repository.Repository;
import io.holdfast.storage.ObservedBlobStore;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/// A repository that was opened for use cases. Whoever opened it closes it.
public final class OpenRepository implements AutoCloseable {
  private final Repository repository;
  private final String address;
  private final boolean owned;

  /// @param address the path or URL at which it was opened
  public OpenRepository(Repository repository, String address) {
    this(repository, address, true);
  }

  private OpenRepository(Repository repository, String address, boolean owned) {
    this.repository = repository;
    this.address = address;
    this.owned = owned;
  }

  /// The same for somebody who does not own it: closing that does nothing.
  public OpenRepository lent() {
    return new OpenRepository(repository, address, false);
  }

  /// The path or URL at which it was opened.
  public String address() {
    return address;
  }

  /// For use cases of the engine.
  public Repository repository() {
    return repository;
  }

  /// How many requests of each kind were sent to the store so far; empty if nobody counts.
  public Map<String, Long> requests() {
    Map<String, Long> requests = new LinkedHashMap<>();
    if (repository.store() instanceof ObservedBlobStore observed) {
      for (ObservedBlobStore.Operation operation : ObservedBlobStore.Operation.values()) {
        requests.put(operation.name(), observed.count(operation).requests());
      }
    }
    return requests;
  }

  /// The permanent id, as text.
  public String id() {
    return repository.id().toString();
  }

  /// Wipes the keys and closes the store.
  @Override
  public void close() {
    if (!owned) {
      return;
    }
    Failures.run(
        "close repository",
        () -> {
          repository.close();
          closeStore();
        });
  }

  private void closeStore() throws IOException {
    repository.store().close();
  }
}
