package io.holdfast.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.stream.WalStreamer.End;
import io.holdfast.postgres.testing.TestServer;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wire.ReplicationConnection;
import io.holdfast.postgres.wire.ReplicationConnection.SlotLife;
import io.holdfast.postgres.wire.ReplicationConnection.SlotPosition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WalStreamerTest {
  private static final WalSegmentSize SEGMENT = new WalSegmentSize(16 << 20);

  /// Keeps everything, and says that it is durable as far as the test wants.
  private static class MemorySink implements WalSink {
    final Lsn start;
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final AtomicReference<Lsn> received;
    final AtomicReference<Lsn> durable;
    final AtomicReference<ServerPosition> server = new AtomicReference<>();

    MemorySink(Lsn start) {
      this.start = start;
      this.received = new AtomicReference<>(start);
      this.durable = new AtomicReference<>(new Lsn(0));
    }

    @Override
    public void wal(Lsn at, byte[] buffer, int offset, int length) throws IOException {
      assertThat(at).isEqualTo(received.get());
      bytes.write(buffer, offset, length);
      synchronized (received) {
        received.set(at.plus(length));
        received.notifyAll();
      }
    }

    @Override
    public void tick(ServerPosition position) {
      server.set(position);
    }

    @Override
    public Lsn durable() {
      return durable.get();
    }

    void awaitReceived(Lsn end) throws InterruptedException {
      synchronized (received) {
        while (received.get().isBefore(end)) {
          received.wait();
        }
      }
    }
  }

  private static WalStreamer streamer(ReplicationConnection connection) {
    return new WalStreamer(connection, InstantSource.system(), Pause.real());
  }

  private static Lsn currentLsn(TestServer server) {
    return Lsn.parse(server.value("SELECT pg_current_wal_flush_lsn()"));
  }

  private static void assertIsWalOf(TestServer server, MemorySink sink, int timeline, Lsn end)
      throws IOException {
    byte[] streamed = sink.bytes.toByteArray();
    int done = 0;
    for (Lsn at = sink.start; at.isBefore(end); at = SEGMENT.floor(at).plus(16 << 20)) {
      Path file =
          server.data().resolve("pg_wal/" + WalSegmentName.of(timeline, at, SEGMENT).toString());
      int from = (int) at.minus(SEGMENT.floor(at));
      int length = (int) Math.min((16 << 20) - from, end.minus(at));
      byte[] stored = Files.readAllBytes(file);
      assertThat(Arrays.mismatch(stored, from, from + length, streamed, done, done + length))
          .as("%s from %d", file, from)
          .isEqualTo(-1);
      done += length;
    }
    assertThat(done).isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 15, 18})
  void whatArrivesIsByteForByteTheServersWal(int major) throws Exception {
    try (TestServer server = TestServer.start(major, Map.of("wal_keep_size", "512MB"));
        ReplicationConnection connection = ReplicationConnection.open(server.url(), "stream");
        Workers worker = Workers.virtual("stream")) {
      connection.createPhysicalSlot("archive", SlotLife.PERMANENT);
      Lsn reserved = Lsn.parse(server.value("SELECT restart_lsn FROM pg_replication_slots"));
      assertThat(reserved).isGreaterThan(new Lsn(0)).isLessThanOrEqualTo(currentLsn(server));
      MemorySink sink = new MemorySink(SEGMENT.floor(reserved));
      Cancellation until = new Cancellation();
      AtomicReference<End> end = new AtomicReference<>();
      WalStreamer streamer = streamer(connection);
      worker.start(
          () -> {
            end.set(streamer.run(Optional.of("archive"), sink.start, 1, sink, until));
            sink.durable.set(sink.received.get());
            streamer.finish(sink);
          });
      server.sql(
          "CREATE TABLE t AS SELECT n, repeat('w', 200) FROM generate_series(1, 150000) n",
          "SELECT pg_switch_wal()",
          "INSERT INTO t SELECT n, 'more' FROM generate_series(1, 1000) n");
      Lsn flushed = currentLsn(server);
      sink.awaitReceived(flushed);

      // Nothing was durable, so nothing may have been released.
      assertThat(server.value("SELECT flush_lsn IS NULL FROM pg_stat_replication")).isEqualTo("t");
      Lsn durable = sink.start.plus(1 << 20);
      sink.durable.set(durable);
      awaitTrue(server, "SELECT restart_lsn = '" + durable + "' FROM pg_replication_slots");
      assertThat(server.value("SELECT replay_lsn IS NULL FROM pg_stat_replication")).isEqualTo("t");
      assertThat(server.value("SELECT application_name FROM pg_stat_replication"))
          .isEqualTo("stream");

      until.request();
      worker.join();
      assertThat(end.get()).isEqualTo(new End.Stopped());
      assertIsWalOf(server, sink, 1, flushed);
      assertThat(sink.server.get().end()).isGreaterThanOrEqualTo(flushed);
      awaitTrue(
          server,
          "SELECT restart_lsn = '"
              + sink.received.get()
              + "' AND NOT active FROM pg_replication_slots");
      // The connection is still good for commands.
      connection.query("DROP_REPLICATION_SLOT archive WAIT");
      assertThat(server.value("SELECT count(*) FROM pg_replication_slots")).isEqualTo("0");
    }
  }

  private static void awaitTrue(TestServer server, String query) {
    for (int attempt = 0; attempt < 500; attempt++) {
      if (server.value(query).equals("t")) {
        return;
      }
      server.sql("SELECT pg_sleep(0.02)");
    }
    throw new AssertionError("never true: " + query);
  }

  @Test
  void theServerHearsFromUsWhileTheSinkIsBlocked() throws Exception {
    try (TestServer server =
            TestServer.start(15, Map.of("wal_sender_timeout", "2s", "wal_keep_size", "256MB"));
        ReplicationConnection connection = ReplicationConnection.open(server.url(), "stream");
        Workers worker = Workers.virtual("stream")) {
      CountDownLatch goOn = new CountDownLatch(1);
      CountDownLatch blocked = new CountDownLatch(1);
      Lsn start = SEGMENT.floor(currentLsn(server));
      MemorySink sink =
          new MemorySink(start) {
            @Override
            public void wal(Lsn at, byte[] buffer, int offset, int length) throws IOException {
              super.wal(at, buffer, offset, length);
              blocked.countDown();
              try {
                goOn.await();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
            }
          };
      Cancellation until = new Cancellation();
      worker.start(() -> streamer(connection).run(Optional.empty(), start, 1, sink, until));
      assertThat(blocked.await(20, TimeUnit.SECONDS)).isTrue();
      // The server counts the time; two of its timeouts pass before this returns.
      server.sql("SELECT pg_sleep(4.5)");
      assertThat(server.value("SELECT count(*) FROM pg_stat_replication")).isEqualTo("1");
      goOn.countDown();
      Lsn flushed = currentLsn(server);
      sink.awaitReceived(flushed);
      until.request();
      worker.join();
      assertThat(server.log()).doesNotContain("terminating walsender process");
      assertIsWalOf(server, sink, 1, flushed);
    }
  }

  @Test
  void aTimelineThatEndsIsReportedWithTheNext() throws Exception {
    try (TestServer server = TestServer.start(15, Map.of("wal_keep_size", "512MB"))) {
      server.sql("CREATE TABLE t AS SELECT n FROM generate_series(1, 50000) n");
      Lsn start = SEGMENT.floor(currentLsn(server));
      server.stop("fast");
      server.append("postgresql.conf", "restore_command = 'false'");
      server.write("recovery.signal", "");
      server.start();
      awaitTrue(server, "SELECT NOT pg_is_in_recovery()");

      try (ReplicationConnection connection = ReplicationConnection.open(server.url(), "stream")) {
        assertThat(connection.identifySystem().timeline()).isEqualTo(2);
        MemorySink sink = new MemorySink(start);
        WalStreamer streamer = streamer(connection);
        End end = streamer.run(Optional.empty(), start, 1, sink, new Cancellation());
        assertThat(end).isInstanceOf(End.TimelineEnded.class);
        End.TimelineEnded ended = (End.TimelineEnded) end;
        assertThat(ended.nextTimeline()).isEqualTo(2);
        assertThat(sink.received.get()).isEqualTo(ended.switchedAt());
        assertIsWalOf(server, sink, 1, ended.switchedAt());

        // On the same connection: the history, and a start exactly where the timeline ends.
        byte[] history = connection.timelineHistory(2);
        assertThat(history)
            .isEqualTo(Files.readAllBytes(server.data().resolve("pg_wal/00000002.history")));
        assertThat(new String(history, StandardCharsets.UTF_8))
            .startsWith("1\t" + ended.switchedAt() + "\t");
        assertThat(
                streamer.run(
                    Optional.empty(),
                    ended.switchedAt(),
                    1,
                    new MemorySink(ended.switchedAt()),
                    new Cancellation()))
            .isEqualTo(ended);

        // And the next timeline.
        Lsn next = SEGMENT.floor(ended.switchedAt());
        MemorySink second = new MemorySink(next);
        Cancellation until = new Cancellation();
        try (Workers worker = Workers.virtual("stream")) {
          worker.start(() -> streamer.run(Optional.empty(), next, 2, second, until));
          Lsn flushed = currentLsn(server);
          second.awaitReceived(flushed);
          until.request();
          worker.join();
          assertIsWalOf(server, second, 2, flushed);
        }
      }
    }
  }

  @Test
  void aServerThatShutsDownSendsEverythingAndIsUnavailable() throws Exception {
    try (TestServer server = TestServer.start(15, Map.of());
        ReplicationConnection connection = ReplicationConnection.open(server.url(), "stream");
        Workers worker = Workers.virtual("stream")) {
      Lsn start = SEGMENT.floor(currentLsn(server));
      MemorySink sink =
          new MemorySink(start) {
            @Override
            public Lsn durable() {
              return received.get();
            }
          };
      worker.start(
          () -> streamer(connection).run(Optional.empty(), start, 1, sink, new Cancellation()));
      server.sql("CREATE TABLE t AS SELECT n FROM generate_series(1, 5000) n");
      sink.awaitReceived(currentLsn(server));
      server.stop("fast");
      assertThatThrownBy(worker::join)
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.SERVER_UNAVAILABLE));
      // With the record of the shutdown checkpoint.
      assertIsWalOf(server, sink, 1, sink.received.get());
    }
  }

  @Test
  void aSlotServesOneStreamOnly() throws Exception {
    try (TestServer server = TestServer.start(15, Map.of());
        ReplicationConnection first = ReplicationConnection.open(server.url(), "first");
        Workers worker = Workers.virtual("stream")) {
      first.createPhysicalSlot("mine", SlotLife.PERMANENT);
      Lsn start =
          SEGMENT.floor(first.readSlot("mine").flatMap(SlotPosition::restart).orElseThrow());
      MemorySink sink = new MemorySink(start);
      Cancellation until = new Cancellation();
      worker.start(() -> streamer(first).run(Optional.of("mine"), start, 1, sink, until));
      sink.awaitReceived(currentLsn(server));
      try (ReplicationConnection second = ReplicationConnection.open(server.url(), "second")) {
        assertThat(second.readSlot("mine").flatMap(SlotPosition::restart)).isPresent();
        assertThat(second.readSlot("none")).isEmpty();
        assertThatThrownBy(
                () ->
                    streamer(second)
                        .run(
                            Optional.of("mine"),
                            start,
                            1,
                            new MemorySink(start),
                            new Cancellation()))
            .isInstanceOfSatisfying(
                BackupException.class,
                e -> {
                  assertThat(e.code()).isEqualTo(ErrorCode.SLOT_IN_USE);
                  assertThat(e.hint()).contains("--slot");
                });
      }
      try (ReplicationConnection second = ReplicationConnection.open(server.url(), "second")) {
        assertThatThrownBy(() -> second.createPhysicalSlot("mine", SlotLife.PERMANENT))
            .isInstanceOfSatisfying(
                BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SLOT_IN_USE));
        assertThatThrownBy(
                () ->
                    streamer(second)
                        .run(
                            Optional.of("nobody"),
                            start,
                            1,
                            new MemorySink(start),
                            new Cancellation()))
            .isInstanceOfSatisfying(
                BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SLOT_LOST));
        assertThatThrownBy(() -> second.createPhysicalSlot("Bad-Name", SlotLife.PERMANENT))
            .hasMessageContaining("cannot be the name of a replication slot");
      }
      until.request();
      worker.join();
    }
  }

  @Test
  void aTemporarySlotGoesWithItsConnection() throws Exception {
    try (TestServer server = TestServer.start(15, Map.of())) {
      try (ReplicationConnection connection = ReplicationConnection.open(server.url(), "test")) {
        connection.createPhysicalSlot("passing", SlotLife.TEMPORARY);
        assertThat(server.value("SELECT temporary FROM pg_replication_slots")).isEqualTo("t");
      }
      awaitTrue(server, "SELECT count(*) = 0 FROM pg_replication_slots");
    }
  }

  @Test
  void walThatIsGoneIsALostSlot() throws Exception {
    try (TestServer server =
            TestServer.start(15, Map.of("max_wal_size", "32MB", "min_wal_size", "32MB"));
        ReplicationConnection connection = ReplicationConnection.open(server.url(), "stream")) {
      Lsn start = SEGMENT.floor(currentLsn(server));
      server.sql(
          "SELECT pg_switch_wal()",
          "CREATE TABLE t (n int)",
          "SELECT pg_switch_wal()",
          "INSERT INTO t VALUES (1)",
          "CHECKPOINT",
          "SELECT pg_switch_wal()",
          "INSERT INTO t VALUES (1)",
          "CHECKPOINT");
      assertThatThrownBy(
              () ->
                  streamer(connection)
                      .run(Optional.empty(), start, 1, new MemorySink(start), new Cancellation()))
          .isInstanceOfSatisfying(
              BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SLOT_LOST));
    }
  }
}
