package io.holdfast.postgres.wire;

import static io.holdfast.postgres.wire.ScriptedServer.cstring;
import static io.holdfast.postgres.wire.ScriptedServer.error;
import static io.holdfast.postgres.wire.ScriptedServer.int32;
import static io.holdfast.postgres.wire.ScriptedServer.message;
import static io.holdfast.postgres.wire.ScriptedServer.read;
import static io.holdfast.postgres.wire.ScriptedServer.startup;
import static io.holdfast.postgres.wire.ScriptedServer.welcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Workers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Servers that refuse, break off, or send what they must not.
@Timeout(30)
class WireFaultsTest {
  private static void assertFails(ErrorCode code, String says, ThrowingCallable work) {
    assertThatThrownBy(work)
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).as(e.text()).isEqualTo(code);
              assertThat(e.text()).contains(says);
            });
  }

  private static void assertOpeningFails(ErrorCode code, String says, ScriptedServer.Script script)
      throws IOException {
    try (ScriptedServer server = new ScriptedServer(script)) {
      assertFails(code, says, () -> ReplicationConnection.open(server.url(""), "test"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "08P01 | unsupported startup parameter: replication | POOLER_URL",
        "08P01 | unsupported startup parameter in options: x | POOLER_URL",
        "0A000 | Feature not supported: RDS Proxy currently doesn't support the option replication. | POOLER_URL",
        "XX000 | Tenant or user not found | POOLER_URL",
        "08P01 | replication is not supported here | POOLER_URL",
        "28P01 | password authentication failed for user \"u\" | AUTHENTICATION_REFUSED",
        "28000 | no pg_hba.conf entry for replication connection from host \"1.2.3.4\" | PRIVILEGE_MISSING",
        "28000 | pg_hba.conf rejects replication connection for host \"1.2.3.4\" | PRIVILEGE_MISSING",
        "28000 | no pg_hba.conf entry for host \"1.2.3.4\", user \"u\" | AUTHENTICATION_REFUSED",
        "42501 | must be superuser or replication role to start walsender | PRIVILEGE_MISSING",
        "42501 | permission denied to start WAL sender | PRIVILEGE_MISSING",
        "42501 | could not open file \"./base/1/2\": Permission denied | SERVER_FILE_UNREADABLE",
        "42501 | could not open directory \"./x\": Permission denied | SERVER_FILE_UNREADABLE",
        "42501 | could not stat file or directory \"./x\": Permission denied | SERVER_FILE_UNREADABLE",
        "42501 | could not read file \"./x\": Operation not permitted | SERVER_FILE_UNREADABLE",
        "42501 | permission denied for function pg_read_file | PRIVILEGE_MISSING",
        "53300 | number of requested standby connections exceeds max_wal_senders (currently 0) | SERVER_SETTING_UNSUITABLE",
        "53300 | sorry, too many clients already | SERVER_SETTING_UNSUITABLE",
        "53400 | all replication slots are in use | SERVER_SETTING_UNSUITABLE",
        "55000 | replication slots can only be used if max_replication_slots > 0 | SERVER_SETTING_UNSUITABLE",
        "55000 | WAL level not sufficient for making an online backup | SERVER_SETTING_UNSUITABLE",
        "55000 | cannot use a logical replication slot for physical replication | SLOT_IN_USE",
        "55000 | can no longer get changes from replication slot \"x\" | SLOT_LOST",
        "55006 | replication slot \"x\" is active for PID 12 | SLOT_IN_USE",
        "42710 | replication slot \"x\" already exists | SLOT_IN_USE",
        "42704 | replication slot \"x\" does not exist | SLOT_LOST",
        "58P01 | requested WAL segment 000000010000000000000001 has already been removed | SLOT_LOST",
        "58P01 | could not open file \"base/1/2\": No such file or directory | SERVER_UNAVAILABLE",
        "57P03 | the database system is starting up | SERVER_UNAVAILABLE",
        "57P01 | terminating connection due to administrator command | SERVER_UNAVAILABLE",
        "XX000 | requested starting point 0/9000000 on timeline 1 is not in this server's history | DIFFERENT_CLUSTER",
        "XX000 | requested starting point 0/9000000 is ahead of the WAL flush position | SERVER_UNAVAILABLE"
      })
  void refusalsAreUnderstood(String state, String message, ErrorCode code) throws IOException {
    assertOpeningFails(
        code,
        message + " [" + state + "]",
        (in, out) -> {
          startup(in);
          out.write(error(state, message));
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"12.22 (Debian 12.22-1)", "19devel", "9.6.24", "weird"})
  void otherVersionsAreRefused(String version) throws IOException {
    assertOpeningFails(
        ErrorCode.SERVER_VERSION_UNSUPPORTED,
        "PostgreSQL " + version,
        (in, out) -> welcome(in, out, version));
  }

  @ParameterizedTest
  @CsvSource({
    "13.0, 130000",
    "15.4 (Debian 15.4-1.pgdg120+1), 150004",
    "18beta1, 180001",
    "17rc1, 170001",
    "16.2.0, 160002"
  })
  void versionsOfAllSpellingsAreRead(String text, int number) {
    assertThat(ServerVersion.number(text)).isEqualTo(number);
  }

  @Test
  void anHttpServerIsNotTakenForPostgres() throws IOException {
    assertOpeningFails(
        ErrorCode.SERVER_UNAVAILABLE,
        "not a PostgreSQL server",
        (in, out) ->
            out.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aServerThatHangsUpIsUnavailable() throws IOException {
    assertOpeningFails(
        ErrorCode.SERVER_UNAVAILABLE, "closed the connection", (in, out) -> startup(in));
  }

  @Test
  void aServerThatSaysNothingIsGivenUp() throws IOException {
    CountDownLatch over = new CountDownLatch(1);
    try (ScriptedServer server =
        new ScriptedServer(
            (in, out) -> {
              startup(in);
              await(over);
            })) {
      assertFails(
          ErrorCode.SERVER_UNAVAILABLE,
          "sent nothing for 1 s",
          () -> ReplicationConnection.open(server.url("&connect_timeout=1"), "test"));
      over.countDown();
    }
  }

  @Test
  void aServerThatSkipsItsOwnProofIsRefused() throws IOException {
    assertOpeningFails(
        ErrorCode.AUTHENTICATION_REFUSED,
        "before it proved",
        (in, out) -> {
          startup(in);
          out.write(message('R', int32(10), cstring("SCRAM-SHA-256"), new byte[1]));
          read(in);
          out.write(message('R', int32(0)));
          out.write(message('Z', new byte[] {'I'}));
          in.read();
        });
  }

  @Test
  void aServerThatProvesWithTheWrongPasswordIsRefused() throws IOException {
    assertOpeningFails(
        ErrorCode.AUTHENTICATION_REFUSED,
        "SCRAM",
        (in, out) -> {
          startup(in);
          out.write(message('R', int32(10), cstring("SCRAM-SHA-256"), new byte[1]));
          String first = new String(read(in), StandardCharsets.UTF_8);
          String nonce = first.substring(first.indexOf(",r=") + 3);
          out.write(
              message(
                  'R',
                  int32(11),
                  ("r=" + nonce + "abc,s=c2FsdHNhbHRzYWx0,i=4096")
                      .getBytes(StandardCharsets.UTF_8)));
          read(in);
          out.write(
              message(
                  'R',
                  int32(12),
                  "v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
                      .getBytes(StandardCharsets.UTF_8)));
          in.read();
        });
  }

  @Test
  void aPasswordIsNotSentInClear() throws IOException {
    AtomicReference<byte[]> sent = new AtomicReference<>(new byte[0]);
    assertOpeningFails(
        ErrorCode.AUTHENTICATION_REFUSED,
        "not encrypted",
        (in, out) -> {
          startup(in);
          out.write(message('R', int32(3)));
          sent.set(in.readAllBytes());
        });
    assertThat(sent.get()).isEmpty();
  }

  @Test
  void aServerWithoutTlsIsRefusedWhereTlsIsWanted() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (in, out) -> {
              startup(in);
              out.write('N');
              in.read();
            })) {
      assertFails(
          ErrorCode.AUTHENTICATION_REFUSED,
          "does not offer TLS",
          () -> ReplicationConnection.open(server.url("&sslmode=require"), "test"));
    }
  }

  @Test
  void bytesPutBehindTheAnswerAboutTlsAreNotBelieved() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (in, out) -> {
              startup(in);
              out.write("S".getBytes(StandardCharsets.UTF_8));
              out.write(message('R', int32(0)));
              out.write(message('S', cstring("server_version"), cstring("15.1")));
              out.write(message('Z', new byte[] {'I'}));
              in.read(new byte[4096]);
            })) {
      assertFails(
          ErrorCode.AUTHENTICATION_REFUSED,
          "no TLS connection",
          () -> ReplicationConnection.open(server.url("&sslmode=require"), "test"));
    }
  }

  @Test
  void messagesBeyondTheLimitAreNotAllocated() throws IOException {
    try (ScriptedServer server =
            new ScriptedServer(
                (in, out) -> {
                  welcome(in, out, "15.1");
                  read(in);
                  out.write('D');
                  out.write(int32(Integer.MAX_VALUE));
                  in.read();
                });
        ReplicationConnection connection = ReplicationConnection.open(server.url(""), "test")) {
      assertFails(ErrorCode.PROTOCOL_VIOLATION, "2147483647 bytes", connection::identifySystem);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 5, 1_000_000})
  void aRowThatLiesAboutItsLengthIsAViolation(int length) throws IOException {
    try (ScriptedServer server =
            new ScriptedServer(
                (in, out) -> {
                  welcome(in, out, "15.1");
                  read(in);
                  out.write(message('D', new byte[] {0, 2}, int32(length), new byte[3]));
                  in.read();
                });
        ReplicationConnection connection = ReplicationConnection.open(server.url(""), "test")) {
      assertFails(
          ErrorCode.PROTOCOL_VIOLATION, "shorter than its content", connection::identifySystem);
    }
  }

  @Test
  void aFatalErrorIsToldAlsoWhenTheServerHangsUpAtOnce() throws IOException {
    try (ScriptedServer server =
            new ScriptedServer(
                (in, out) -> {
                  welcome(in, out, "15.1");
                  read(in);
                  out.write(error("57P01", "terminating connection"));
                });
        ReplicationConnection connection = ReplicationConnection.open(server.url(""), "test")) {
      assertFails(
          ErrorCode.SERVER_UNAVAILABLE, "terminating connection", connection::identifySystem);
    }
  }

  @Test
  void messagesAreReadInPiecesOfAnySize() throws IOException {
    byte[] big = new byte[3 << 20];
    Arrays.fill(big, (byte) 7);
    try (ScriptedServer server =
            new ScriptedServer(
                (in, out) -> {
                  welcome(in, out, "15.1");
                  byte[] messages = message('d', big);
                  int at = 0;
                  for (int step = 1; at < messages.length; step = step * 3 + 1) {
                    int length = Math.min(step, messages.length - at);
                    out.write(messages, at, length);
                    at += length;
                  }
                  out.write(message('N', cstring("x")));
                  for (int i = 0; i < 500; i++) {
                    out.write(message('d', int32(i), new byte[997]));
                  }
                  in.read();
                });
        ReplicationConnection connection = ReplicationConnection.open(server.url(""), "test")) {
      assertThat(connection.receive()).isEqualTo('d');
      ReplicationConnection.View view = connection.content();
      assertThat(view.length()).isEqualTo(big.length);
      assertThat(
              Arrays.equals(
                  view.bytes(), view.offset(), view.offset() + view.length(), big, 0, big.length))
          .isTrue();
      for (int i = 0; i < 500; i++) {
        assertThat(connection.receive()).isEqualTo('d');
        ReplicationConnection.View small = connection.content();
        assertThat(small.length()).isEqualTo(1001);
        assertThat(java.nio.ByteBuffer.wrap(small.bytes(), small.offset(), 4).getInt())
            .isEqualTo(i);
      }
      assertThat(connection.poll(1)).isEqualTo(-1);
    }
  }

  @Test
  void waitingIsEndedByCancellationAndTheServerIsAskedToStop() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    Cancellation cancellation = new Cancellation();
    try (Workers second = Workers.virtual("cancel");
        ScriptedServer server =
            new ScriptedServer(
                (in, out) -> {
                  welcome(in, out, "15.1");
                  read(in);
                  waiting.countDown();
                  await(asked);
                });
        ReplicationConnection connection = ReplicationConnection.open(server.url(""), "test")) {
      // The scripted server serves one connection after the other: the request for cancellation
      // waits in the queue and is not answered; that must not keep us.
      connection.begin("BASE_BACKUP");
      second.start(
          () -> {
            await(waiting);
            cancellation.request();
          });
      assertFails(
          ErrorCode.CANCELLED,
          "interrupted",
          () -> connection.receive(Duration.ofHours(1), cancellation));
      asked.countDown();
      second.join();
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
