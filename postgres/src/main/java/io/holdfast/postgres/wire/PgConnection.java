package io.holdfast.postgres.wire;

import io.holdfast.base.BackupException;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.url.ConnectionUrl.Host;
import io.holdfast.postgres.url.ConnectionUrl.SslMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One signed-in connection: sends messages, reads messages, runs simple queries. Reading is
/// *confined* to one thread; sending is *guarded* by a lock, so that a second thread may send too.
final class PgConnection implements AutoCloseable {
  static final int STALL_MILLIS = 60_000;
  private static final int PROTOCOL_3 = 3 << 16;
  private static final int SSL_REQUEST = 80877103;
  private static final int ROWS_MAX = 100_000;

  private final Transport transport;
  private final MessageReader in;
  private final boolean protectedBytes;
  private final Map<String, String> parameters = new TreeMap<>();
  private final ReentrantLock sending = new ReentrantLock();

  private PgConnection(Transport transport, boolean protectedBytes) {
    this.transport = transport;
    this.protectedBytes = protectedBytes;
    this.in = new MessageReader(transport, STALL_MILLIS);
  }

  /// Tries the hosts in order; the last failure counts.
  static PgConnection open(ConnectionUrl url, Map<String, String> startup, Duration timeout) {
    @Nullable BackupException last = null;
    for (Host host : url.hosts()) {
      try {
        return openHost(url, host, startup, timeout);
      } catch (IOException e) {
        last = later(last, ServerFailures.onConnect(url, host, e));
      } catch (BackupException e) {
        last = later(last, e);
      }
    }
    if (last == null) {
      throw new IllegalArgumentException("a URL without hosts");
    }
    throw last;
  }

  private static BackupException later(@Nullable BackupException before, BackupException now) {
    if (before != null) {
      now.addSuppressed(before);
    }
    return now;
  }

  private static PgConnection openHost(
      ConnectionUrl url, Host host, Map<String, String> startup, Duration timeout)
      throws IOException {
    Transport transport = Transport.connect(host, timeout);
    try {
      boolean protectedBytes = host.isSocketDirectory();
      if (transport instanceof Transport.SocketTransport plain && wantsTls(url.sslMode())) {
        Transport secure = requestTls(plain, url, host);
        protectedBytes = secure != transport;
        transport = secure;
      }
      PgConnection connection = new PgConnection(transport, protectedBytes);
      connection.start(url, startup);
      return connection;
    } catch (IOException | RuntimeException e) {
      transport.close();
      throw e;
    }
  }

  private static boolean wantsTls(SslMode mode) {
    return switch (mode) {
      case DISABLE, ALLOW -> false;
      case PREFER, REQUIRE, VERIFY_CA, VERIFY_FULL -> true;
    };
  }

  private static Transport requestTls(Transport.SocketTransport plain, ConnectionUrl url, Host host)
      throws IOException {
    byte[] request = ByteBuffer.allocate(8).putInt(8).putInt(SSL_REQUEST).array();
    plain.write(request, 0, request.length);
    byte[] answer = new byte[1];
    if (plain.read(answer, 0, 1, STALL_MILLIS) != 1) {
      throw new IOException("no answer to the request for TLS");
    }
    if (answer[0] == 'S') {
      return Tls.wrap(plain, url, host);
    }
    if (url.sslMode() == SslMode.PREFER) {
      return plain;
    }
    throw new IOException(
        "the server does not offer TLS, and sslmode=" + url.sslMode().word() + " wants it");
  }

  private void start(ConnectionUrl url, Map<String, String> startup) throws IOException {
    MessageWriter body = new MessageWriter().int32(PROTOCOL_3);
    body.cstring("user").cstring(url.user());
    startup.forEach((name, value) -> body.cstring(name).cstring(value));
    byte[] bytes = body.int8(0).toBytes();
    byte[] framed =
        ByteBuffer.allocate(bytes.length + 4).putInt(bytes.length + 4).put(bytes).array();
    transport.write(framed, 0, framed.length);
    Login login = new Login(url, this);
    while (true) {
      int type = receive();
      switch (type) {
        case 'R' -> login.answer(in);
        case 'K', 'v' -> {}
        case 'Z' -> {
          return;
        }
        default -> throw unexpected(type, "while signing in");
      }
    }
  }

  /// True inside TLS and on a Unix socket.
  boolean isProtected() {
    return protectedBytes;
  }

  /// A value that the server reported by itself, such as `server_version`.
  String parameter(String name) {
    return parameters.getOrDefault(name, "");
  }

  MessageReader in() {
    return in;
  }

  /// Sends one message.
  void send(char type, Consumer<MessageWriter> content) throws IOException {
    MessageWriter writer = new MessageWriter();
    content.accept(writer);
    byte[] body = writer.toBytes();
    byte[] framed =
        ByteBuffer.allocate(body.length + 5)
            .put((byte) type)
            .putInt(body.length + 4)
            .put(body)
            .array();
    sending.lock();
    try {
      transport.write(framed, 0, framed.length);
    } finally {
      sending.unlock();
    }
  }

  /// The type of the next message that matters: notices and parameter changes are taken care of,
  /// errors are thrown.
  int receive() throws IOException {
    int type = poll(STALL_MILLIS);
    if (type == MessageReader.NOTHING) {
      throw new IOException("the server sent nothing for " + STALL_MILLIS + " ms");
    }
    return type;
  }

  /// As [#receive], but [MessageReader#NOTHING] if nothing came in time.
  int poll(int timeoutMillis) throws IOException {
    while (true) {
      int type = in.next(timeoutMillis);
      switch (type) {
        case 'E' -> throw readError();
        case 'N', 'A' -> {}
        case 'S' -> parameters.put(in.cstring(), in.cstring());
        default -> {
          return type;
        }
      }
    }
  }

  private ServerErrorException readError() throws IOException {
    String state = "";
    String message = "";
    String detail = "";
    for (int field = in.int8(); field != 0; field = in.int8()) {
      String value = in.cstring();
      switch (field) {
        case 'C' -> state = value;
        case 'M' -> message = value;
        case 'D' -> detail = value;
        default -> {}
      }
    }
    return new ServerErrorException(state, message, detail);
  }

  /// Runs a command that answers with rows; every value as text, absent ones as empty.
  List<List<String>> query(String sql) throws IOException {
    send('Q', out -> out.cstring(sql));
    List<List<String>> rows = new ArrayList<>();
    @Nullable ServerErrorException error = null;
    while (true) {
      try {
        int type = receive();
        switch (type) {
          case 'D' -> rows.add(row());
          case 'T', 'C', 'I' -> {}
          case 'Z' -> {
            if (error != null) {
              throw error;
            }
            return rows;
          }
          default -> throw unexpected(type, "in the answer to a command");
        }
      } catch (ServerErrorException e) {
        if (error != null) {
          throw e;
        }
        error = e;
      }
      if (rows.size() > ROWS_MAX) {
        throw new IOException("the server answered with more than " + ROWS_MAX + " rows");
      }
    }
  }

  /// The values of a data row.
  List<String> row() throws IOException {
    int columns = in.int16();
    List<String> values = new ArrayList<>(columns);
    for (int i = 0; i < columns; i++) {
      int length = in.int32();
      values.add(length < 0 ? "" : new String(in.take(length), StandardCharsets.UTF_8));
    }
    return values;
  }

  /// Reads on until the server is ready for the next command.
  void awaitReady() throws IOException {
    while (receive() != 'Z') {
      // What is left of an answer.
    }
  }

  static IOException unexpected(int type, String where) {
    return new IOException("the server sent a message of type '" + (char) type + "' " + where);
  }

  @Override
  public void close() throws IOException {
    try {
      send('X', _ -> {});
    } catch (IOException _) {
      // The server has gone already; closing is what was wanted.
    }
    transport.close();
  }
}
