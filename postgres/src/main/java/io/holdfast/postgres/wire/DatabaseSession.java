package io.holdfast.postgres.wire;

import io.holdfast.base.Cancellation;
import io.holdfast.postgres.url.ConnectionUrl;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A session in one database, for commands with small answers and for `COPY` in both directions,
/// which hands bytes on as they come. *Confined* to one thread.
///
/// What the server refuses comes as a [ServerErrorException], and the session goes on as after any
/// refused command. A connection that breaks is a `BackupException` `SERVER_UNAVAILABLE`; a stop
/// that is asked for is `CANCELLED`. After these, and after a sink that threw, the session can only
/// be closed; what the server still does for it is given up then.
public final class DatabaseSession implements AutoCloseable {
  /// How long the server may work on one command before it says anything.
  private static final int ANSWER_MILLIS = (int) Duration.ofDays(7).toMillis();

  /// A database has as many tables as its users like.
  private static final int ROWS_MAX = 10_000_000;

  private static final int POLL_EVERY_BYTES = 8 << 20;

  private final ConnectionUrl url;
  private final PgConnection connection;
  private final int versionNum;
  private final Cancellation cancellation;
  private long sentSinceLook;

  /// Whether the server works on a command whose end we have not seen.
  private boolean isBusy;

  private DatabaseSession(
      ConnectionUrl url, PgConnection connection, int versionNum, Cancellation cancellation) {
    this.cancellation = cancellation;
    this.url = url;
    this.connection = connection;
    this.versionNum = versionNum;
  }

  /// Takes what a `COPY` sends; the bytes belong to the session again afterwards.
  @FunctionalInterface
  public interface CopySink {
    void take(byte[] bytes, int offset, int length) throws IOException;
  }

  /// Connects to the database of the URL.
  ///
  /// @param settings of the session, by name
  /// @throws io.holdfast.base.BackupException that says what refuses and what to do
  public static DatabaseSession open(
      ConnectionUrl url,
      String applicationName,
      Map<String, String> settings,
      Cancellation cancellation)
      throws IOException {
    Map<String, String> startup = new TreeMap<>(settings);
    startup.put("database", url.database());
    startup.put("application_name", applicationName);
    startup.put("client_encoding", "UTF8");
    url.option("options").ifPresent(text -> startup.put("options", text));
    PgConnection connection = new Dialer(url, startup, url.connectTimeout(), cancellation).dial();
    try {
      int version = ServerVersion.requireSupported(connection.parameter("server_version"));
      return new DatabaseSession(url, connection, version, cancellation);
    } catch (RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  public ConnectionUrl url() {
    return url;
  }

  /// For example 150018.
  public int versionNum() {
    return versionNum;
  }

  public int major() {
    return versionNum / 10_000;
  }

  /// Runs one or several commands; their rows, every value as text, absent ones as empty.
  public List<List<String>> query(String sql) throws IOException {
    return queryBytes(sql).stream().map(PgConnection::text).toList();
  }

  /// As [#query], with the values as they came.
  public List<List<byte[]>> queryBytes(String sql) throws IOException {
    return answered(() -> connection.queryBytes(sql, ANSWER_MILLIS, ROWS_MAX));
  }

  /// The first value of the first row.
  public String value(String sql) throws IOException {
    List<List<String>> rows = query(sql);
    if (rows.isEmpty() || rows.getFirst().isEmpty()) {
      throw ServerFailures.lost(sql, url, new WireViolationException("no row"));
    }
    return rows.getFirst().getFirst();
  }

  /// Runs a `COPY … TO STDOUT` and hands out what it sends, a long row in several pieces.
  ///
  /// @return how many rows the server says it sent
  public long copyOut(String sql, CopySink sink) throws IOException {
    try {
      return answered(
          () -> {
            connection.in().rows(MessageReader.Rows.IN_PARTS);
            connection.send('Q', out -> out.cstring(sql));
            return finish('H', (bytes, offset, length) -> guarded(sink, bytes, offset, length));
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /// What fails in the sink is not the server's.
  private static void guarded(CopySink sink, byte[] bytes, int offset, int length) {
    try {
      sink.take(bytes, offset, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Begins a `COPY … FROM STDIN`; [#send] and [#endCopy] follow.
  public void beginCopy(String sql) throws IOException {
    answered(
        () -> {
          connection.send('Q', out -> out.cstring(sql));
          try {
            int type = connection.receive(ANSWER_MILLIS);
            if (type != 'G') {
              throw PgConnection.unexpected(type, "where the server should take data");
            }
          } catch (ServerErrorException e) {
            awaitReady();
            throw e;
          }
          sentSinceLook = 0;
          return true;
        });
  }

  /// Sends data of the copy that was begun. A server that refuses it says so here after some time,
  /// or at [#endCopy].
  public void send(byte[] bytes, int offset, int length) throws IOException {
    answered(
        () -> {
          connection.sendCopyData(bytes, offset, length);
          sentSinceLook += length;
          if (sentSinceLook >= POLL_EVERY_BYTES) {
            sentSinceLook = 0;
            lookForRefusal();
          }
          return true;
        });
  }

  /// Ends the copy.
  ///
  /// @return how many rows the server took
  public long endCopy() throws IOException {
    return answered(
        () -> {
          connection.send('c', _ -> {});
          return finish('c', (_, _, _) -> {});
        });
  }

  private void lookForRefusal() throws IOException {
    try {
      int type = connection.poll(1);
      if (type != MessageReader.NOTHING) {
        throw PgConnection.unexpected(type, "while data was sent");
      }
    } catch (ServerErrorException e) {
      // The server passes over what still comes, up to the end of the copy.
      connection.send('c', _ -> {});
      awaitReady();
      throw e;
    }
  }

  /// Reads on to the end of the command.
  private long finish(int begin, CopySink sink) throws IOException {
    MessageReader in = connection.in();
    long rows = 0;
    @Nullable ServerErrorException error = null;
    while (true) {
      try {
        int type = connection.receive(ANSWER_MILLIS);
        switch (type) {
          case 'd' -> {
            cancellation.throwIfRequested();
            sink.take(in.bytes(), in.position(), in.remaining());
          }
          case 'C' -> rows = rows(in.cstring());
          case 'Z' -> {
            if (error != null) {
              throw error;
            }
            return rows;
          }
          default -> {
            if (type != begin && type != 'c') {
              throw PgConnection.unexpected(type, "in a copy");
            }
          }
        }
      } catch (ServerErrorException e) {
        if (error != null) {
          throw e;
        }
        error = e;
      } catch (EOFException e) {
        throw error != null ? error : e;
      }
    }
  }

  private void awaitReady() throws IOException {
    int type;
    do {
      type = connection.receive(ANSWER_MILLIS);
    } while (type != 'Z');
  }

  /// The number in `COPY 17`.
  private static long rows(String tag) throws WireViolationException {
    String[] words = tag.split(" ", -1);
    try {
      return Long.parseLong(words[words.length - 1]);
    } catch (NumberFormatException _) {
      throw new WireViolationException("the answer '" + tag + "' to a copy");
    }
  }

  private interface Exchange<T> {
    T run() throws IOException;
  }

  private <T> T answered(Exchange<T> exchange) throws IOException {
    isBusy = true;
    try {
      T result = exchange.run();
      isBusy = false;
      return result;
    } catch (ServerErrorException e) {
      isBusy = false;
      throw e;
    } catch (IOException e) {
      // There is nobody to be asked.
      isBusy = false;
      throw ServerFailures.lost("session", url, e);
    }
  }

  /// Ends the session at once; what it did in an open transaction is undone. A command that was
  /// left before its end, such as one that fills a view, would go on for hours and is cancelled.
  @Override
  public void close() throws IOException {
    if (isBusy) {
      isBusy = false;
      cancel();
    }
    connection.close();
  }

  private void cancel() {
    try {
      connection.cancel();
    } catch (IOException _) {
      // The server notices when it next sends or reads.
    }
  }
}
