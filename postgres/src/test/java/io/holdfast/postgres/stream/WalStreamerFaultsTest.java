package io.holdfast.postgres.stream;

import static io.holdfast.postgres.wire.ScriptedServer.cstring;
import static io.holdfast.postgres.wire.ScriptedServer.message;
import static io.holdfast.postgres.wire.ScriptedServer.read;
import static io.holdfast.postgres.wire.ScriptedServer.welcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wire.ReplicationConnection;
import io.holdfast.postgres.wire.ScriptedServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a server may get wrong in a stream, and what we tell it.
@Timeout(30)
class WalStreamerFaultsTest {
  private static final Lsn START = Lsn.parse("0/3000000");
  private static final byte[] COPY_BOTH = message('W', new byte[3]);
  private static final byte[] READY = message('Z', new byte[] {'I'});

  /// A sink that claims more than it has.
  private static final class BoastfulSink implements WalSink {
    private final Lsn claim;
    private long bytes;

    BoastfulSink(Lsn claim) {
      this.claim = claim;
    }

    @Override
    public void wal(Lsn start, byte[] buffer, int offset, int length) {
      bytes += length;
    }

    @Override
    public void tick(ServerPosition server) {}

    @Override
    public Lsn durable() {
      return claim;
    }
  }

  private static byte[] wal(Lsn start, int length) {
    return message(
        'd',
        new byte[] {'w'},
        ByteBuffer.allocate(24).putLong(start.value()).putLong(0).putLong(0).array(),
        new byte[length]);
  }

  private static byte[] keepalive(int replyNow) {
    return message('d', new byte[] {'k'}, new byte[16], new byte[] {(byte) replyNow});
  }

  private static WalStreamer.End stream(WalSink sink, ScriptedServer.Script script)
      throws IOException {
    try (ScriptedServer server =
            new ScriptedServer(
                (in, out) -> {
                  welcome(in, out, "15.1");
                  read(in);
                  script.run(in, out);
                });
        ReplicationConnection connection = ReplicationConnection.open(server.url(""), "test")) {
      return new WalStreamer(connection, InstantSource.system(), Pause.real())
          .run(Optional.of("s"), START, 1, sink, new Cancellation());
    }
  }

  private static void assertFails(ErrorCode code, byte[]... messages) {
    assertThatThrownBy(
            () ->
                stream(
                    new BoastfulSink(START),
                    (in, out) -> {
                      for (byte[] message : messages) {
                        out.write(message);
                      }
                      in.readAllBytes();
                    }))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).as(e.text()).isEqualTo(code));
  }

  @Test
  void walThatDoesNotFollowIsAViolation() {
    assertFails(ErrorCode.PROTOCOL_VIOLATION, COPY_BOTH, wal(START.plus(8), 8));
    assertFails(ErrorCode.PROTOCOL_VIOLATION, COPY_BOTH, wal(START, 8), wal(START.plus(16), 8));
    assertFails(ErrorCode.PROTOCOL_VIOLATION, COPY_BOTH, wal(START, 8), wal(START, 8));
  }

  @Test
  void messagesThatNobodyKnowsAreViolations() {
    assertFails(ErrorCode.PROTOCOL_VIOLATION, COPY_BOTH, message('d', new byte[] {'x'}));
    assertFails(ErrorCode.PROTOCOL_VIOLATION, COPY_BOTH, message('d'));
    assertFails(ErrorCode.PROTOCOL_VIOLATION, COPY_BOTH, message('d', new byte[] {'w', 1, 2}));
    assertFails(ErrorCode.PROTOCOL_VIOLATION, COPY_BOTH, message('d', new byte[] {'k', 1, 2}));
    assertFails(ErrorCode.PROTOCOL_VIOLATION, COPY_BOTH, message('T', new byte[2]));
    assertFails(ErrorCode.PROTOCOL_VIOLATION, message('H', new byte[3]));
    assertFails(
        ErrorCode.PROTOCOL_VIOLATION,
        COPY_BOTH,
        message('c'),
        message('D', new byte[] {0, 1, 0, 0, 0, 1, '2'}));
  }

  @Test
  void aServerThatEndsTheStreamIsShuttingDown() {
    assertFails(ErrorCode.SERVER_UNAVAILABLE, COPY_BOTH, message('C', cstring("COPY 0")));
    assertFails(ErrorCode.SERVER_UNAVAILABLE, COPY_BOTH, message('c'), READY);
    assertFails(
        ErrorCode.SERVER_UNAVAILABLE,
        COPY_BOTH,
        ScriptedServer.error("57P01", "terminating connection due to administrator command"));
  }

  @Test
  void aServerThatIsGoneIsUnavailable() {
    assertThatThrownBy(() -> stream(new BoastfulSink(START), (in, out) -> out.write(COPY_BOTH)))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.SERVER_UNAVAILABLE));
  }

  @Test
  void neverMoreIsReportedThanArrived() throws IOException {
    BoastfulSink sink = new BoastfulSink(START.plus(1 << 30));
    assertThatThrownBy(
            () ->
                stream(
                    sink,
                    (in, out) -> {
                      out.write(COPY_BOTH);
                      assertStatus(read(in), START);
                      out.write(wal(START, 100));
                      ByteBuffer second = ByteBuffer.wrap(read(in));
                      assertThat(second.getLong(1)).isEqualTo(START.value() + 100);
                      assertThat(second.getLong(9)).isEqualTo(START.value() + 100);
                      out.write(keepalive(1));
                      read(in);
                      out.write(ScriptedServer.error("57P01", "the script is over"));
                    }))
        .hasMessageContaining("the script is over");
    assertThat(sink.bytes).isEqualTo(100);
  }

  private static void assertStatus(byte[] status, Lsn flushed) {
    ByteBuffer message = ByteBuffer.wrap(status);
    assertThat(message.get()).isEqualTo((byte) 'r');
    assertThat(message.getLong()).as("written").isEqualTo(flushed.value());
    assertThat(message.getLong()).as("flushed").isEqualTo(flushed.value());
    assertThat(message.getLong()).as("applied").isZero();
    // After the year 2025, in microseconds since 2000.
    assertThat(message.getLong()).isGreaterThan(25L * 365 * 86_400 * 1_000_000);
    assertThat(message.get()).isZero();
  }

  @Test
  void aFailureToKnowWhatIsDurableEndsTheStream() {
    WalSink failing =
        new WalSink() {
          @Override
          public void wal(Lsn start, byte[] bytes, int offset, int length) {}

          @Override
          public void tick(ServerPosition server) {}

          @Override
          public Lsn durable() {
            throw new IllegalStateException("lost count");
          }
        };
    assertThatThrownBy(
            () ->
                stream(
                    failing,
                    (in, out) -> {
                      out.write(COPY_BOTH);
                      in.readAllBytes();
                    }))
        .hasMessage("lost count");
  }
}
