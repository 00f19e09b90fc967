package io.holdfast.server.run;

import io.holdfast.server.TestCatalog;
import java.io.IOException;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class SqlRunStoreTest extends RunStoreContract {
  private static TestCatalog catalog;

  @BeforeAll
  static void start() throws IOException {
    catalog = TestCatalog.start();
  }

  @AfterAll
  static void stop() throws IOException {
    catalog.close();
  }

  @Override
  RunStore store() {
    catalog.reset(clock);
    return new SqlRunStore(
        catalog.jdbc(), catalog.transactions(), TestCatalog.json(), UUID::randomUUID);
  }

  @Override
  void clockMoved() {
    catalog.time(clock);
  }
}
