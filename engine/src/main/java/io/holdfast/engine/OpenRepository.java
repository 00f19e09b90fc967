package io.holdfast.engine;

import io.holdfast.repository.Repository;
import java.io.IOException;

/// A repository that was opened for use cases. Whoever opened it closes it.
public final class OpenRepository implements AutoCloseable {
  private final Repository repository;

  public OpenRepository(Repository repository) {
    this.repository = repository;
  }

  /// For use cases of the engine.
  public Repository repository() {
    return repository;
  }

  /// The permanent id, as text.
  public String id() {
    return repository.id().toString();
  }

  /// Wipes the keys and closes the store.
  @Override
  public void close() {
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
