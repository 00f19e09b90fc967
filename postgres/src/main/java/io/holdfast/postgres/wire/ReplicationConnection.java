package io.holdfast.postgres.wire;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.url.ConnectionUrl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// A connection that speaks the replication protocol to one server. *Confined* to one thread, but
/// [#sendCopy] and [#cancel] may be called by a second one.
///
/// A connection that breaks is reported as `SERVER_UNAVAILABLE`, and what the protocol does not
/// allow as `PROTOCOL_VIOLATION`; so an `IOException` that passes through here is never the
/// server's. After an error the connection is of no more use.
public final class ReplicationConnection implements AutoCloseable {
  private static final int IDLE_SESSIONS_END = 140_000;
  private static final String IDLE_LIMIT = "idle_session_timeout";
  private static final Pattern SLOT_NAME = Pattern.compile("[a-z0-9_]{1,63}");
  private static final Pattern SETTING_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]{0,62}");

  private final ConnectionUrl url;
  private final PgConnection connection;
  private final int versionNum;

  private ReplicationConnection(ConnectionUrl url, PgConnection connection, int versionNum) {
    this.url = url;
    this.connection = connection;
    this.versionNum = versionNum;
  }

  /// Connects to the first suitable host and checks the server's version.
  ///
  /// @param applicationName what `pg_stat_replication` shows
  /// @throws BackupException that says what refuses and what to do
  public static ReplicationConnection open(ConnectionUrl url, String applicationName) {
    return open(url, applicationName, new Cancellation());
  }

  /// As [#open(ConnectionUrl, String)]; whoever waits for the server on this connection is woken by
  /// `cancellation`.
  public static ReplicationConnection open(
      ConnectionUrl url, String applicationName, Cancellation cancellation) {
    return open(url, applicationName, cancellation, url.option("options"));
  }

  /// As [#open(ConnectionUrl, String)], for a connection that holds something while nothing is said
  /// on it: the server does not end it for that.
  public static ReplicationConnection openToStay(ConnectionUrl url, String applicationName)
      throws IOException {
    Cancellation cancellation = new Cancellation();
    ReplicationConnection first = open(url, applicationName, cancellation);
    try {
      if (first.versionNum < IDLE_SESSIONS_END || first.show(IDLE_LIMIT).equals("0")) {
        return first;
      }
    } catch (IOException | BackupException e) {
      first.close();
      throw e;
    }
    first.close();
    String never = "-c " + IDLE_LIMIT + "=0";
    String options = url.option("options").map(said -> said + " " + never).orElse(never);
    return open(url, applicationName, cancellation, Optional.of(options));
  }

  private static ReplicationConnection open(
      ConnectionUrl url,
      String applicationName,
      Cancellation cancellation,
      Optional<String> options) {
    Map<String, String> startup = new TreeMap<>();
    startup.put("replication", "true");
    startup.put("application_name", applicationName);
    startup.put("client_encoding", "UTF8");
    startup.put("DateStyle", "ISO");
    options.ifPresent(text -> startup.put("options", text));
    PgConnection connection = new Dialer(url, startup, url.connectTimeout(), cancellation).dial();
    try {
      return new ReplicationConnection(
          url, connection, ServerVersion.requireSupported(connection.parameter("server_version")));
    } catch (BackupException e) {
      try {
        connection.close();
      } catch (IOException also) {
        e.addSuppressed(also);
      }
      throw e;
    }
  }

  /// What `IDENTIFY_SYSTEM` says.
  public record SystemIdentity(long systemIdentifier, int timeline, Lsn flushed) {}

  /// Where a slot stands.
  ///
  /// @param restart the oldest WAL that it keeps; absent while it keeps none
  public record SlotPosition(Optional<Lsn> restart) {}

  /// How long a slot lives.
  public enum SlotLife {
    /// As long as the connection.
    TEMPORARY,
    /// Until it is dropped: it makes the server keep WAL also while nobody reads it.
    PERMANENT
  }

  public int versionNum() {
    return versionNum;
  }

  public int major() {
    return versionNum / 10_000;
  }

  public ConnectionUrl url() {
    return url;
  }

  public SystemIdentity identifySystem() throws IOException {
    List<String> row = one("IDENTIFY_SYSTEM", 3);
    return new SystemIdentity(
        Long.parseUnsignedLong(row.get(0)), Integer.parseUnsignedInt(row.get(1)), lsn(row.get(2)));
  }

  /// A setting as `SHOW` prints it.
  public String show(String setting) throws IOException {
    if (!SETTING_NAME.matcher(setting).matches()) {
      throw new IllegalArgumentException("not the name of a setting: " + setting);
    }
    return one("SHOW " + setting, 1).getFirst();
  }

  /// Makes a slot that keeps WAL from the last checkpoint's redo position on; [#readSlot] or SQL
  /// says where that is, the server's answer does not.
  public void createPhysicalSlot(String name, SlotLife life) throws IOException {
    String temporary =
        switch (life) {
          case TEMPORARY -> " TEMPORARY";
          case PERMANENT -> "";
        };
    String reserve = major() >= 15 ? " PHYSICAL (RESERVE_WAL true)" : " PHYSICAL RESERVE_WAL";
    query("CREATE_REPLICATION_SLOT " + identifier(name) + temporary + reserve);
  }

  /// Where a physical slot stands; empty if there is none of that name. Servers before 15 cannot
  /// tell here, only by SQL.
  public Optional<SlotPosition> readSlot(String name) throws IOException {
    if (major() < 15) {
      throw new IllegalStateException("READ_REPLICATION_SLOT needs PostgreSQL 15");
    }
    List<String> row = one("READ_REPLICATION_SLOT " + identifier(name), 3);
    if (row.get(0).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new SlotPosition(row.get(1).isEmpty() ? Optional.empty() : Optional.of(lsn(row.get(1)))));
  }

  /// The content of a timeline's history file, byte for byte.
  public byte[] timelineHistory(int timeline) throws IOException {
    String command = "TIMELINE_HISTORY " + Integer.toUnsignedString(timeline);
    List<List<byte[]>> rows = answered(command, () -> connection.queryBytes(command));
    if (rows.size() != 1 || rows.getFirst().size() != 2) {
      throw unexpectedAnswer(command);
    }
    return rows.getFirst().get(1);
  }

  private List<String> one(String command, int columns) throws IOException {
    List<List<String>> rows = query(command);
    if (rows.size() != 1 || rows.getFirst().size() < columns) {
      throw unexpectedAnswer(command);
    }
    return rows.getFirst();
  }

  private BackupException unexpectedAnswer(String command) {
    return ServerFailures.lost(
        command, url, new WireViolationException("rows of another shape than expected"));
  }

  private Lsn lsn(String text) {
    try {
      return Lsn.parse(text);
    } catch (IllegalArgumentException _) {
      throw unexpectedAnswer("a position was due, not '" + text + "'");
    }
  }

  /// Runs a replication command that answers with rows.
  public List<List<String>> query(String command) throws IOException {
    return answered(command.split(" ", 2)[0], () -> connection.query(command));
  }

  /// Sends a command whose answer the caller reads by [#receive].
  public void begin(String command) throws IOException {
    sent(() -> connection.send('Q', out -> out.cstring(command)));
  }

  /// Bytes of the message that [#receive] or [#poll] returned: a view that the next call
  /// invalidates.
  @SuppressWarnings("ArrayRecordComponent")
  public record View(byte[] bytes, int offset, int length) {}

  /// Type of the next message, which must come within a minute.
  public int receive() throws IOException {
    return answered("replication", connection::receive);
  }

  /// Type of the next message, which must come within `limit`. A cancellation is noticed within a
  /// second; the server is then asked to give up too.
  public int receive(Duration limit, Cancellation cancellation) throws IOException {
    try {
      cancellation.throwIfRequested();
      int millis = (int) Math.min(limit.toMillis(), Integer.MAX_VALUE);
      return answered("replication", () -> connection.receive(millis, cancellation));
    } catch (BackupException e) {
      if (e.code() == ErrorCode.CANCELLED) {
        cancel(e);
      }
      throw e;
    }
  }

  /// Type of the next message, or -1 if none came in time.
  public int poll(int timeoutMillis) throws IOException {
    return answered("replication", () -> connection.poll(timeoutMillis));
  }

  /// The content of a message of type `d`, or of any other.
  public View content() {
    MessageReader in = connection.in();
    return new View(in.bytes(), in.position(), in.remaining());
  }

  /// The values of the current message, which must be of type `D`; absent ones are empty.
  public List<String> row() throws IOException {
    return rowBytes().stream().map(value -> new String(value, StandardCharsets.UTF_8)).toList();
  }

  /// As [#row], as the bytes that came.
  public List<byte[]> rowBytes() throws IOException {
    return answered("replication", connection::rowBytes);
  }

  /// Sends one piece of copy data.
  public void sendCopy(byte[] bytes) throws IOException {
    sent(() -> connection.send('d', out -> out.bytes(bytes)));
  }

  /// Says that we send no more copy data.
  public void sendCopyDone() throws IOException {
    sent(() -> connection.send('c', _ -> {}));
  }

  /// Reads on until the server is ready for the next command.
  public void awaitReady() throws IOException {
    int type;
    do {
      type = receive();
    } while (type != 'Z');
  }

  /// Asks the server to give up the running command.
  public void cancel() throws IOException {
    connection.cancel();
  }

  private void cancel(BackupException because) {
    try {
      connection.cancel();
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  private interface Exchange<T> {
    T run() throws IOException;
  }

  private interface Sending {
    void run() throws IOException;
  }

  private <T> T answered(String what, Exchange<T> exchange) {
    try {
      return exchange.run();
    } catch (ServerErrorException e) {
      throw ServerFailures.translate(what, url.user(), e);
    } catch (IOException e) {
      throw ServerFailures.lost(what, url, e);
    }
  }

  /// A server that ended the connection has usually said why before; the next read tells.
  private void sent(Sending sending) {
    try {
      sending.run();
    } catch (IOException e) {
      throw ServerFailures.lost("replication", url, e);
    }
  }

  /// Requires that a slot can have this name, before anybody connects.
  ///
  /// @throws BackupException `BAD_ARGUMENT`
  public static void requireSlotName(String name) {
    if (!SLOT_NAME.matcher(name).matches()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          Quoted.of(name) + " cannot be the name of a replication slot",
          "Use up to 63 lower-case letters, digits and underscores.");
    }
  }

  private static String identifier(String name) {
    requireSlotName(name);
    return '"' + name + '"';
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
