package io.holdfast.engine.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.testing.GatedBlobStore;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.testing.Eventually;
import io.holdfast.postgres.testing.TestPrograms;
import io.holdfast.postgres.testing.TestServer;
import io.holdfast.postgres.wire.ReplicationConnection;
import io.holdfast.repository.Repository;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A server that keeps at most 64 MiB for slots, and an archive that stands still.
@Timeout(120)
class SlotOverflowTest {
  private static final String SLOT = "holdfast_main";

  private final GatedBlobStore store = new GatedBlobStore(new MemoryBlobStore());
  private final Cancellation cancellation = new Cancellation();
  private final AtomicReference<Optional<BackupException>> ended =
      new AtomicReference<>(Optional.empty());
  private TestServer server = startServer();
  private OpenRepository repository = openRepository();

  private static TestServer startServer() {
    try {
      return TestServer.start(
          TestPrograms.WITH_TOOLS, Map.of("max_slot_wal_keep_size", "64MB", "autovacuum", "off"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private OpenRepository openRepository() {
    try {
      return new OpenRepository(
          Repository.init(
                  store,
                  Repositories.key(),
                  io.holdfast.repository.RepositoryOptions.defaults(
                      TestEngine.context().clock(),
                      TestEngine.context().entropy(),
                      TestEngine.context().pause()))
              .repository(),
          "memory");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @BeforeEach
  void makeTable() {
    server.sql("CREATE TABLE t (n int)");
  }

  @AfterEach
  void stop() throws IOException {
    store.open();
    repository.close();
    server.close();
  }

  @Test
  void protectDatabaseDropsTheSlotAndDeclaresTheGap() throws Exception {
    try (Workers workers = Workers.platform("stream")) {
      workers.start(() -> stream(OverflowPolicy.PROTECT_DATABASE));
      awaitSlot("active");
      awaitArchived();
      store.shut();
      fillLimit();
      workers.join();
    }
    BackupException e = ended.get().orElseThrow();
    assertThat(e.code()).isEqualTo(ErrorCode.SLOT_LOST);
    assertThat(e.text()).contains(SLOT).contains("was dropped").contains("max_slot_wal_keep_size");
    assertThat(e.hint()).contains("new backup");
    assertThat(server.value("SELECT count(*) FROM pg_replication_slots")).isEqualTo("0");
    assertThat(server.value("SELECT count(*) FROM pg_stat_replication")).isEqualTo("0");
    server.sql("INSERT INTO t VALUES (1)", "CHECKPOINT");
    assertThat(status().interruptions())
        .singleElement()
        .satisfies(text -> assertThat(text).contains("archived up to").contains("was dropped"));

    server.sql("SELECT pg_switch_wal()", "CHECKPOINT", "INSERT INTO t VALUES (2)");
    try (Workers workers = Workers.platform("stream")) {
      workers.start(() -> stream(OverflowPolicy.PROTECT_DATABASE));
      awaitSlot("active");
      server.sql("INSERT INTO t VALUES (3)");
      Eventually.await(
          "the archive has a gap", () -> !status().gaps().isEmpty() || ended.get().isPresent());
      cancellation.request();
      workers.join();
    }
    assertThat(ended.get()).as("the next stream goes on, behind a gap").isEmpty();
    assertThat(status().gaps()).hasSize(1);
  }

  @Test
  void protectArchiveKeepsTheSlotAndGoesOn() throws Exception {
    try (Workers workers = Workers.platform("stream")) {
      workers.start(() -> stream(OverflowPolicy.PROTECT_ARCHIVE));
      awaitSlot("active");
      awaitArchived();
      store.shut();
      fillLimit();
      SlotGuard guard =
          new SlotGuard(TestEngine.context(), server.url(), SLOT, OverflowPolicy.PROTECT_ARCHIVE);
      assertThat(heldNow(guard).judge()).isInstanceOf(HeldWal.Verdict.NearlyFull.class);
      guard.look();
      assertThat(guard.lost()).isEmpty();
      assertThat(server.value("SELECT active FROM pg_replication_slots")).isEqualTo("t");
      store.open();
      cancellation.request();
      workers.join();
    }
    assertThat(ended.get()).isEmpty();
    assertThat(status().gaps()).isEmpty();
    assertThat(status().interruptions()).isEmpty();
  }

  @Test
  void slotIsDroppedEvenWhileTheStoreHangs() throws Exception {
    try (Workers workers = Workers.platform("stream")) {
      workers.start(() -> stream(OverflowPolicy.PROTECT_DATABASE));
      awaitSlot("active");
      awaitArchived();
      store.hang();
      fillLimit();
      try {
        Eventually.await(
            "the slot is gone",
            () -> server.value("SELECT count(*) FROM pg_replication_slots").equals("0"));
      } finally {
        store.open();
      }
      workers.join();
    }
    assertThat(ended.get().orElseThrow().text()).contains("was dropped");
    assertThat(status().interruptions()).hasSize(1);
  }

  @Test
  void slotThatSomebodyElseHoldsIsTakenFromThem() throws Exception {
    try (Workers workers = Workers.platform("guard");
        ReplicationConnection other = ReplicationConnection.open(server.url(), "somebody")) {
      other.createPhysicalSlot(SLOT, ReplicationConnection.SlotLife.PERMANENT);
      fillLimit();
      other.begin(
          "START_REPLICATION SLOT \"" + SLOT + "\" PHYSICAL " + other.identifySystem().flushed());
      awaitSlot("active");
      SlotGuard guard =
          new SlotGuard(TestEngine.context(), server.url(), SLOT, OverflowPolicy.PROTECT_DATABASE);
      workers.start(guard::look);
      workers.join();
      assertThat(guard.lost()).isPresent();
    }
    assertThat(server.value("SELECT count(*) FROM pg_replication_slots")).isEqualTo("0");
  }

  @Test
  void knowsTheFreeSpaceOfAServerOnThisHost() {
    try (SqlConnection sql = SqlConnection.open(server.url(), "test")) {
      assertThat(LocalServerDisk.dataDirectory(sql)).contains(server.data());
      assertThat(LocalServerDisk.freeForWal(sql).orElseThrow())
          .isCloseTo(
              server.data().toFile().getUsableSpace(),
              org.assertj.core.data.Percentage.withPercentage(10));
    }
  }

  private void stream(OverflowPolicy policy) {
    ended.set(Optional.empty());
    try {
      new WalStreaming(TestEngine.context(cancellation), repository).run(settings(), SLOT, policy);
    } catch (BackupException e) {
      ended.set(Optional.of(e));
    }
  }

  private Settings settings() {
    return TestEngine.settings(
        Path.of("/nowhere"),
        Optional.of(
            new Secret(
                "postgresql:///postgres?user=postgres&host="
                    + server.sockets()
                    + "&port="
                    + server.port())));
  }

  /// Five segments where four are allowed; no checkpoint, at which the server would act itself.
  private void fillLimit() {
    for (int i = 0; i < 5; i++) {
      server.sql("INSERT INTO t VALUES (0)", "SELECT pg_switch_wal()");
    }
  }

  private void awaitSlot(String state) {
    String count = "SELECT count(*) FROM pg_replication_slots WHERE " + state;
    Eventually.await(
        "there is a slot that is " + state,
        () -> !server.value(count).equals("0") || ended.get().isPresent());
    assertThat(ended.get()).isEmpty();
  }

  private void awaitArchived() {
    server.sql("INSERT INTO t VALUES (0)", "SELECT pg_switch_wal()");
    Eventually.await("there is an archive", () -> !archives().isEmpty() || ended.get().isPresent());
  }

  private HeldWal heldNow(SlotGuard guard) {
    try (SqlConnection sql = SqlConnection.open(server.url(), "test")) {
      return guard.held(sql).orElseThrow();
    }
  }

  private WalStatusReport.Archive status() {
    return archives().getFirst();
  }

  private List<WalStatusReport.Archive> archives() {
    Settings noServer = TestEngine.settings(Path.of("/nowhere"));
    return new WalStatus(TestEngine.context(), repository).inspect(noServer).archives();
  }
}
