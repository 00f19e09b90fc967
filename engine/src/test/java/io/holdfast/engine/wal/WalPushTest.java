package io.holdfast.engine.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.postgres.testing.TestServer;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files of a real server's `pg_wal`, as `archive_command` and as people in a hurry hand them over.
class WalPushTest {
  /// So that finished segments stay where a test looks for them.
  private static final Map<String, String> KEEPING = Map.of("wal_keep_size", "1GB");

  /// Where the header of a segment's first page has it.
  private static final int SYSTEM_IDENTIFIER = 24;

  @TempDir private Path directory = Path.of("");
  private Settings settings = TestEngine.settings(directory);

  @BeforeEach
  void settings() {
    settings = TestEngine.settings(directory.resolve("repository"));
  }

  @Test
  void onlyFinishedSegmentsOfThisClusterUnderTheirOwnNameAreTaken() throws Exception {
    try (TestServer server = TestServer.start(15, KEEPING);
        OpenRepository repository =
            new RepositoryAccess(TestEngine.context()).init(settings).repository()) {
      WalPush push = new WalPush(TestEngine.context(), repository);
      server.sql("CREATE TABLE t AS SELECT n FROM generate_series(1, 50000) n", "CHECKPOINT");
      Path current = segment(server, "pg_current_wal_insert_lsn()");

      refused(() -> push.push(settings, current), ErrorCode.WAL_CORRUPT, "is not finished");
      assertThat(SourceWal.all(repository.repository(), "main"))
          .as("what a refused file leaves")
          .allSatisfy(archive -> assertThat(archive.timelines()).isEmpty());

      server.sql("SELECT pg_switch_wal()", "INSERT INTO t VALUES (0)");
      assertThat(push.push(settings, current)).isEqualTo("stored");
      assertThat(push.push(settings, current)).isEqualTo("already there");
      Path full = fill(server);
      assertThat(push.push(settings, full)).isEqualTo("stored");

      Path renamed = directory.resolve("0000000100000000000000F0");
      Files.copy(current, renamed);
      refused(() -> push.push(settings, renamed), ErrorCode.WAL_CORRUPT, "does not begin as");
      Path misfit = directory.resolve("0000000100000000000001F0");
      Files.copy(current, misfit);
      refused(() -> push.push(settings, misfit), ErrorCode.BAD_ARGUMENT, "segment of 16.0 MiB");
      Path older = directory.resolve("000000000000000000000001");
      Files.copy(current, older);
      assertThatThrownBy(() -> push.push(settings, older)).isInstanceOf(BackupException.class);

      byte[] bytes = Files.readAllBytes(current);
      bytes[SYSTEM_IDENTIFIER] ^= 1;
      Path foreign = directory.resolve(String.valueOf(current.getFileName()));
      Files.write(foreign, bytes);
      refused(() -> push.push(settings, foreign), ErrorCode.DIFFERENT_CLUSTER, "source 'main'");
      assertThat(SourceWal.all(repository.repository(), "main")).hasSize(1);
    }
  }

  /// The server removes its own copy when it hears that the segment is there.
  @Test
  void whatIsThereAlreadyIsPutOnceMoreSoThatItIsDurable() throws Exception {
    List<String> puts = new ArrayList<>();
    BlobStore store =
        new ForwardingBlobStore(new MemoryBlobStore()) {
          @Override
          public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
            puts.add(key.value());
            return super.putIfAbsent(key, data);
          }
        };
    try (TestServer server = TestServer.start(15, KEEPING);
        OpenRepository repository =
            new OpenRepository(Repositories.init(store, 1), "a store in memory")) {
      WalPush push = new WalPush(TestEngine.context(), repository);
      Path segment = segment(server, "pg_current_wal_insert_lsn()");
      server.sql("SELECT pg_switch_wal()", "CREATE TABLE t (n int)");
      assertThat(push.push(settings, segment)).isEqualTo("stored");
      List<String> ranges =
          puts.stream().filter(key -> key.matches("wal/.*/[0-9a-f]{16}-[0-9a-f]{16}")).toList();
      assertThat(ranges).isNotEmpty();
      puts.clear();
      assertThat(push.push(settings, segment)).isEqualTo("already there");
      assertThat(puts).containsAll(ranges);
    }
  }

  /// A promoted server hands over the history file before any segment.
  @Test
  void historyFileFindsItsClusterByTheControlFileBesideIt() throws Exception {
    try (TestServer server = TestServer.start(15, KEEPING);
        OpenRepository repository =
            new RepositoryAccess(TestEngine.context()).init(settings).repository()) {
      WalPush push = new WalPush(TestEngine.context(), repository);
      Path history = server.data().resolve("pg_wal/00000002.history");
      String content = "1\t0/3000000\tno recovery target specified\n";
      server.write("pg_wal/00000002.history", content);
      assertThat(push.push(settings, history)).isEqualTo("stored");
      WalArchive archive = SourceWal.all(repository.repository(), "main").getFirst();
      assertThat(archive.file("00000002.history"))
          .hasValue(content.getBytes(StandardCharsets.UTF_8));
      for (String broken : List.of("", "garbage\n", "1\t0/1A00")) {
        Path file = directory.resolve("00000003.history");
        Files.writeString(file, broken);
        refused(() -> push.push(settings, file), ErrorCode.WAL_CORRUPT, "timeline 3");
      }
      Path first = Files.writeString(directory.resolve("00000001.history"), "1\t0/3000000\tx\n");
      refused(() -> push.push(settings, first), ErrorCode.WAL_CORRUPT, "timeline 1");
      refused(() -> push.push(settings, directory), ErrorCode.BAD_ARGUMENT, "WAL file");
      assertThat(archive.files()).hasSize(1);
      Path elsewhere = Files.copy(history, directory.resolve("00000002.history"));
      assertThat(push.push(settings, elsewhere)).isEqualTo("already there");
    }
  }

  /// A segment that records fill to its very end.
  private static Path fill(TestServer server) throws IOException {
    Path segment = segment(server, "pg_current_wal_insert_lsn()");
    for (int i = 0; i < 40 && segment(server, "pg_current_wal_insert_lsn()").equals(segment); i++) {
      server.sql("INSERT INTO t SELECT n FROM generate_series(1, 20000) n");
    }
    server.sql("CHECKPOINT");
    assertThat(segment(server, "pg_current_wal_flush_lsn()")).isNotEqualTo(segment);
    return segment;
  }

  private static Path segment(TestServer server, String position) {
    return server
        .data()
        .resolve("pg_wal")
        .resolve(server.value("SELECT pg_walfile_name(" + position + ")"));
  }

  private static void refused(ThrowingCallable push, ErrorCode code, String words) {
    assertThatThrownBy(push)
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.text()).contains(words);
            });
  }
}
