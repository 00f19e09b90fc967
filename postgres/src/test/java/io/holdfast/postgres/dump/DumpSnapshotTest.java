package io.holdfast.postgres.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.postgres.testing.TestServer;
import io.holdfast.postgres.wire.DatabaseSession;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/// Others change tables while a dump begins: it sees all of what they did, or nothing.
@ParameterizedClass
@ValueSource(ints = {13, 15, 18})
class DumpSnapshotTest {
  private static final Duration WAIT = Duration.ofSeconds(30);
  private static final String APPLICATION = "dump test";

  private static Optional<TestServer> started = Optional.empty();

  private final TestServer server;

  DumpSnapshotTest(int majorVersion) {
    this.server = started.orElseThrow();
    assertThat(server.programs().majorVersion()).isEqualTo(majorVersion);
  }

  @BeforeParameterizedClassInvocation
  static void start(int majorVersion) throws IOException {
    started = Optional.of(TestServer.start(majorVersion, Map.of()));
  }

  @AfterParameterizedClassInvocation
  static void stop() throws IOException {
    started.orElseThrow().close();
  }

  @BeforeEach
  void makeTables() {
    server.sql(
        "DROP TABLE IF EXISTS t, done, u",
        "CREATE TABLE t (a int)",
        "CREATE TABLE done (what text)",
        "INSERT INTO t SELECT generate_series(1, 100)");
  }

  @Test
  void aTruncateThatCommitsMeanwhileIsSeenAsAWhole() throws Exception {
    try (DumpSnapshot snapshot = takenWhileSomebody("INSERT INTO done VALUES ('x'); TRUNCATE t")) {
      assertThat(rows(snapshot, "t")).isEmpty();
      assertThat(rows(snapshot, "done")).isEqualTo("x\n");
    }
  }

  @Test
  void aDroppedTableIsNotThere() throws Exception {
    try (DumpSnapshot snapshot = takenWhileSomebody("DROP TABLE t")) {
      assertThat(names(snapshot)).containsExactly("done");
    }
  }

  @Test
  void anAddedColumnIsThereWithItsRows() throws Exception {
    try (DumpSnapshot snapshot = takenWhileSomebody("ALTER TABLE t ADD b int DEFAULT 7")) {
      assertThat(table(snapshot, "t").columns()).containsExactly("a", "b");
      assertThat(rows(snapshot, "t")).startsWith("1\t7\n").hasLineCount(100);
    }
  }

  @Test
  void aTableThatIsMadeMeanwhileIsThere() throws Exception {
    try (DumpSnapshot snapshot =
        takenWhileSomebody("LOCK TABLE t; CREATE TABLE u AS SELECT 5 AS five")) {
      assertThat(names(snapshot)).containsExactly("done", "t", "u");
      assertThat(rows(snapshot, "u")).isEqualTo("5\n");
    }
  }

  @Test
  void whoWaitsToChangeATableDoesNotStopTheDump() throws Exception {
    try (DumpSnapshot snapshot = take(WAIT);
        DumpReader another = snapshot.join(server.url(), APPLICATION, new Cancellation());
        DatabaseSession changer = session();
        Workers workers = Workers.platform("changer")) {
      workers.start(() -> changer.query("ALTER TABLE t ADD c int"));
      awaitWaiting(1);
      TableData table = table(snapshot, "t");
      assertThat(another.lock(table)).isFalse();
      assertThat(another.lock(table(snapshot, "done"))).isTrue();
      assertThat(rows(snapshot, "t")).hasLineCount(100);
      assertThat(copied(another, table(snapshot, "done"))).isEmpty();
      snapshot.session().query("COMMIT");
      workers.join();
    }
  }

  @Test
  void sessionsThatJoinSeeTheSameMoment() throws Exception {
    try (DumpSnapshot snapshot = take(WAIT)) {
      server.sql("INSERT INTO t VALUES (101)", "DELETE FROM t WHERE a = 1");
      try (DumpReader another = snapshot.join(server.url(), APPLICATION, new Cancellation())) {
        TableData table = table(snapshot, "t");
        assertThat(another.lock(table)).isTrue();
        assertThat(copied(another, table)).startsWith("1\n").hasLineCount(100);
      }
    }
  }

  @Test
  void aRowMayBeLongerThanWhatIsHeldOfIt() throws Exception {
    server.sql(
        "INSERT INTO done SELECT string_agg(md5(i::text), '') FROM generate_series(1, 700000) i",
        "INSERT INTO done VALUES ('after it')");
    MessageDigest digest = MessageDigest.getInstance("MD5");
    AtomicInteger longest = new AtomicInteger();
    try (DumpSnapshot snapshot = take(WAIT)) {
      long rows =
          snapshot
              .reader()
              .copy(
                  table(snapshot, "done").parts("UTF8").getFirst(),
                  (bytes, offset, length) -> {
                    digest.update(bytes, offset, length);
                    longest.accumulateAndGet(length, Math::max);
                  });
      assertThat(rows).isEqualTo(2);
    }
    assertThat(longest.get()).isLessThanOrEqualTo(1 << 20);
    try (DatabaseSession session = session()) {
      assertThat(session.value("SELECT md5(string_agg(what || chr(10), '')) FROM public.done"))
          .isEqualTo(HexFormat.of().formatHex(digest.digest()));
    }
  }

  @Test
  void aSessionWithTheLocksThatIsEndedIsNoticed() throws Exception {
    try (DumpSnapshot snapshot = take(WAIT)) {
      snapshot.requireHeld();
      server.sql(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '"
              + APPLICATION
              + "'");
      assertThatThrownBy(snapshot::requireHeld)
          .hasMessageContaining("the session that held the locks");
    }
  }

  @Test
  void aLockThatIsHeldTooLongIsNamed() throws Exception {
    try (DatabaseSession holder = session()) {
      holder.query("BEGIN; LOCK TABLE t");
      assertThatThrownBy(() -> take(Duration.ofMillis(200)))
          .isInstanceOfSatisfying(
              BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMED_OUT))
          .hasMessageContaining("lock");
    }
  }

  @Test
  void whatMayNotBeReadIsNamed() throws Exception {
    server.sql(
        "DROP ROLE IF EXISTS nobody_in_particular", "CREATE ROLE nobody_in_particular LOGIN");
    assertThatThrownBy(
            () ->
                DumpSnapshot.take(
                    server.tcpUrl("nobody_in_particular", ""),
                    APPLICATION,
                    WAIT,
                    new Cancellation()))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PRIVILEGE_MISSING))
        .hasMessageContaining("public.done, public.t");
  }

  /// Somebody's uncommitted work keeps the dump waiting for a lock; then it commits.
  private DumpSnapshot takenWhileSomebody(String commands) throws Exception {
    AtomicReference<DumpSnapshot> taken = new AtomicReference<>();
    try (DatabaseSession somebody = session();
        Workers workers = Workers.platform("dump")) {
      somebody.query("BEGIN");
      somebody.query(commands);
      workers.start(() -> taken.set(take(WAIT)));
      awaitWaiting(1);
      somebody.query("COMMIT");
      workers.join();
    }
    return taken.get();
  }

  private void awaitWaiting(int sessions) throws IOException {
    try (DatabaseSession watching = session()) {
      long end = System.nanoTime() + WAIT.toNanos();
      String waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
      while (!watching.value(waiting).equals(Integer.toString(sessions))) {
        assertThat(System.nanoTime()).as("nobody waits for a lock").isLessThan(end);
        watching.query("SELECT pg_sleep(0.01)");
      }
    }
  }

  private DumpSnapshot take(Duration lockWait) throws IOException {
    return DumpSnapshot.take(server.url(), APPLICATION, lockWait, new Cancellation());
  }

  private DatabaseSession session() throws IOException {
    return DatabaseSession.open(server.url(), "test", Map.of(), new Cancellation());
  }

  private static List<String> names(DumpSnapshot snapshot) {
    return snapshot.contents().tables().stream().map(table -> table.name().name()).toList();
  }

  private static TableData table(DumpSnapshot snapshot, String name) {
    return snapshot.contents().tables().stream()
        .filter(table -> table.name().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String rows(DumpSnapshot snapshot, String table) throws IOException {
    return copied(snapshot.reader(), table(snapshot, table));
  }

  private static String copied(DumpReader reader, TableData table) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (TableData.Part part : table.parts("UTF8")) {
      reader.copy(part, out::write);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
