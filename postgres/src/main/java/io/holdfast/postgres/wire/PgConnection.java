package io.holdfast.postgres.wire;

import io.holdfast.base.Cancellation;
import io.holdfast.postgres.url.ConnectionUrl;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// One signed-in connection: sends messages, reads messages, runs simple queries. Reading is
/// *confined* to one thread; sending is *guarded* by a lock, so that a second thread may send too.
final class PgConnection implements AutoCloseable {
  static final int STALL_MILLIS = 60_000;
  private static final int PROTOCOL_3 = 3 << 16;
  private static final int CANCEL_REQUEST = 80877102;
  private static final int CANCEL_WAIT_MILLIS = 2_000;
  private static final int ROWS_MAX = 100_000;

  private final Opener opener;
  private final Transport transport;
  private final MessageReader in;
  private final Cancellation cancellation;
  private final Map<String, String> parameters = new TreeMap<>();
  private final ReentrantLock sending = new ReentrantLock();
  private byte[] cancelKey = new byte[0];

  private PgConnection(Opener opener, Transport transport, Cancellation cancellation) {
    this.opener = opener;
    this.transport = transport;
    this.in = new MessageReader(transport, STALL_MILLIS);
    this.cancellation = cancellation;
  }

  /// Opens one more connection to the same server, encrypted in the same way.
  @FunctionalInterface
  interface Opener {
    Transport open() throws IOException;
  }

  /// Connects and signs in.
  static PgConnection start(
      Opener opener,
      ConnectionUrl url,
      Map<String, String> startup,
      int timeoutMillis,
      Cancellation cancellation)
      throws IOException {
    Transport transport = opener.open();
    try {
      PgConnection connection = new PgConnection(opener, transport, cancellation);
      connection.signIn(url, startup, timeoutMillis);
      return connection;
    } catch (IOException | RuntimeException e) {
      transport.close();
      throw e;
    }
  }

  private void signIn(ConnectionUrl url, Map<String, String> startup, int timeoutMillis)
      throws IOException {
    MessageWriter body = new MessageWriter().int32(PROTOCOL_3);
    body.cstring("user").cstring(url.user());
    startup.forEach((name, value) -> body.cstring(name).cstring(value));
    byte[] bytes = body.int8(0).toBytes();
    byte[] framed =
        ByteBuffer.allocate(bytes.length + 4).putInt(bytes.length + 4).put(bytes).array();
    transport.write(framed, 0, framed.length);
    Login login = new Login(url, this);
    while (true) {
      int type = receive(timeoutMillis);
      switch (type) {
        case 'R' -> login.answer(in);
        case 'K' -> cancelKey = in.take(in.remaining());
        case 'v' -> {}
        case 'Z' -> {
          return;
        }
        default -> throw unexpected(type, "while signing in");
      }
    }
  }

  /// True inside TLS and on a Unix socket.
  boolean isProtected() {
    return switch (transport) {
      case Transport.UnixTransport _ -> true;
      case Transport.SocketTransport tcp -> tcp.socket() instanceof SSLSocket;
    };
  }

  /// The certificate that the server showed, inside TLS.
  Optional<X509Certificate> serverCertificate() {
    try {
      return transport instanceof Transport.SocketTransport tcp
              && tcp.socket() instanceof SSLSocket secure
              && secure.getSession().getPeerCertificates()[0] instanceof X509Certificate shown
          ? Optional.of(shown)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException _) {
      // Then there is nothing to which the login could be bound.
      return Optional.empty();
    }
  }

  /// A value that the server reported by itself, such as `server_version`; empty if it did not.
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

  /// Asks the server, over a second connection, to give up what it does for us, and waits a moment
  /// for it to take notice.
  void cancel() throws IOException {
    if (cancelKey.length == 0) {
      return;
    }
    byte[] request =
        ByteBuffer.allocate(8 + cancelKey.length)
            .putInt(8 + cancelKey.length)
            .putInt(CANCEL_REQUEST)
            .put(cancelKey)
            .array();
    try (Transport second = opener.open()) {
      second.write(request, 0, request.length);
      second.read(new byte[1], 0, 1, CANCEL_WAIT_MILLIS);
    }
  }

  int receive() throws IOException {
    return receive(STALL_MILLIS);
  }

  /// The type of the next message that matters: notices and parameter changes are taken care of,
  /// errors are thrown, silence is an error.
  int receive(int timeoutMillis) throws IOException {
    return receive(timeoutMillis, cancellation);
  }

  int receive(int timeoutMillis, Cancellation stop) throws IOException {
    int type = poll(timeoutMillis, stop);
    if (type == MessageReader.NOTHING) {
      throw new IOException("the server sent nothing for " + timeoutMillis / 1_000 + " s");
    }
    return type;
  }

  /// As [#receive], but [MessageReader#NOTHING] if nothing came in time.
  int poll(int timeoutMillis) throws IOException {
    return poll(timeoutMillis, cancellation);
  }

  private int poll(int timeoutMillis, Cancellation stop) throws IOException {
    while (true) {
      int type = in.next(timeoutMillis, stop);
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
    String hint = "";
    for (int field = in.int8(); field != 0; field = in.int8()) {
      String value = in.cstring();
      switch (field) {
        case 'C' -> state = value;
        case 'M' -> message = value;
        case 'D' -> detail = value;
        case 'H' -> hint = value;
        default -> {}
      }
    }
    return new ServerErrorException(state, message, detail, hint);
  }

  /// Runs a command that answers with rows; every value as text, absent ones as empty.
  List<List<String>> query(String sql) throws IOException {
    return queryBytes(sql).stream().map(PgConnection::text).toList();
  }

  /// As [#query], with the values as they came.
  List<List<byte[]>> queryBytes(String sql) throws IOException {
    return queryBytes(sql, STALL_MILLIS, ROWS_MAX);
  }

  /// As [#queryBytes(String)], for commands that may take longer before they say anything, or have
  /// more to say.
  List<List<byte[]>> queryBytes(String sql, int timeoutMillis, int rowsMax) throws IOException {
    send('Q', out -> out.cstring(sql));
    List<List<byte[]>> rows = new ArrayList<>();
    @Nullable ServerErrorException error = null;
    while (true) {
      try {
        int type = receive(timeoutMillis);
        switch (type) {
          case 'D' -> rows.add(rowBytes());
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
      } catch (EOFException e) {
        // A fatal error is the last thing a server says.
        throw error != null ? error : e;
      }
      if (rows.size() > rowsMax) {
        throw new WireViolationException("more than " + rowsMax + " rows");
      }
    }
  }

  /// The values of a data row.
  List<String> row() throws IOException {
    return text(rowBytes());
  }

  List<byte[]> rowBytes() throws IOException {
    int columns = in.int16();
    List<byte[]> values = new ArrayList<>(columns);
    for (int i = 0; i < columns; i++) {
      int length = in.int32();
      values.add(length < 0 ? new byte[0] : in.take(length));
    }
    return values;
  }

  /// Sends one piece of copy data as it is.
  void sendCopyData(byte[] bytes, int offset, int length) throws IOException {
    byte[] header = ByteBuffer.allocate(5).put((byte) 'd').putInt(length + 4).array();
    sending.lock();
    try {
      transport.write(header, 0, header.length);
      transport.write(bytes, offset, length);
    } finally {
      sending.unlock();
    }
  }

  static List<String> text(List<byte[]> row) {
    return row.stream().map(value -> new String(value, StandardCharsets.UTF_8)).toList();
  }

  static IOException unexpected(int type, String where) {
    return new WireViolationException("a message of type '" + (char) type + "' " + where);
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
