package io.holdfast.engine;

import io.holdfast.repository.Repository;
import java.io.IOException;

/// A repository that was opened for use cases. Whoever opened it closes it.
public final class OpenRepository implements AutoCloseable {
  private final Repository repository;
  private final String address;

  /// @param address the path or URL at which it was opened
  public OpenRepository(Repository repository, String address) {
    this.repository = repository;
    this.address = address;
  }

  /// The path or URL at which it was opened.
  public String address() {
    return address;
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
