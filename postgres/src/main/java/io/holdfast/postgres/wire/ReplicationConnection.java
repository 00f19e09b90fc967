package io.holdfast.postgres.wire;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.url.ConnectionUrl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A connection that speaks the replication protocol to one server. *Confined* to one thread, but
/// [#sendCopy] may be called by a second one.
public final class ReplicationConnection implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);
  private static final int OLDEST = 130_000;
  private static final int NEWEST = 190_000;

  private final ConnectionUrl url;
  private final PgConnection connection;
  private final int versionNum;

  private ReplicationConnection(ConnectionUrl url, PgConnection connection, int versionNum) {
    this.url = url;
    this.connection = connection;
    this.versionNum = versionNum;
  }

  /// Connects and checks the server's version.
  ///
  /// @param applicationName what `pg_stat_replication` shows
  /// @throws BackupException that says what refuses and what to do
  public static ReplicationConnection open(ConnectionUrl url, String applicationName) {
    Map<String, String> startup =
        Map.of(
            "replication", "true",
            "application_name", applicationName,
            "client_encoding", "UTF8",
            "DateStyle", "ISO");
    Duration timeout =
        url.option("connect_timeout")
            .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
            .filter(Duration::isPositive)
            .orElse(CONNECT_TIMEOUT);
    PgConnection connection = PgConnection.open(url, startup, timeout);
    try {
      return new ReplicationConnection(url, connection, requireSupported(connection));
    } catch (BackupException e) {
      try {
        connection.close();
      } catch (IOException also) {
        e.addSuppressed(also);
      }
      throw e;
    }
  }

  private static int requireSupported(PgConnection connection) {
    String version = connection.parameter("server_version");
    int number = versionNum(version);
    if (number < OLDEST || number >= NEWEST) {
      throw new BackupException(
          ErrorCode.SERVER_VERSION_UNSUPPORTED,
          "the server is PostgreSQL " + version + "; 13 to 18 are supported",
          "Upgrade the server, or use a version of Holdfast that supports it.");
    }
    return number;
  }

  /// `15.4 (Debian …)` to 150004; 0 where it cannot be read.
  static int versionNum(String version) {
    String[] parts = version.split("[^0-9]+", 3);
    try {
      int minor = parts.length > 1 && !parts[1].isEmpty() ? Integer.parseInt(parts[1]) : 0;
      return Integer.parseInt(parts[0]) * 10_000 + minor;
    } catch (NumberFormatException _) {
      return 0;
    }
  }

  /// What `IDENTIFY_SYSTEM` says.
  public record SystemIdentity(long systemIdentifier, int timeline, Lsn flushed) {}

  /// Where a slot stands.
  public record SlotPosition(Optional<Lsn> restart) {}

  /// How long a slot lives.
  public enum SlotLife {
    TEMPORARY,
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
    List<String> row = one("IDENTIFY_SYSTEM");
    return new SystemIdentity(
        Long.parseUnsignedLong(row.get(0)),
        Integer.parseUnsignedInt(row.get(1)),
        Lsn.parse(row.get(2)));
  }

  public String show(String setting) throws IOException {
    return one("SHOW " + setting).getFirst();
  }

  /// Makes a slot that keeps WAL from the last checkpoint's redo position on.
  public void createPhysicalSlot(String name, SlotLife life) throws IOException {
    String temporary =
        switch (life) {
          case TEMPORARY -> " TEMPORARY";
          case PERMANENT -> "";
        };
    String reserve = major() >= 15 ? " PHYSICAL (RESERVE_WAL true)" : " PHYSICAL RESERVE_WAL";
    query("CREATE_REPLICATION_SLOT " + identifier(name) + temporary + reserve);
  }

  public void dropSlot(String name) throws IOException {
    query("DROP_REPLICATION_SLOT " + identifier(name) + " WAIT");
  }

  /// The content of a timeline's history file.
  public byte[] timelineHistory(int timeline) throws IOException {
    return one("TIMELINE_HISTORY " + Integer.toUnsignedString(timeline))
        .get(1)
        .getBytes(StandardCharsets.UTF_8);
  }

  private List<String> one(String command) throws IOException {
    List<List<String>> rows = query(command);
    if (rows.size() != 1) {
      throw new IOException("the server answered " + command + " with " + rows.size() + " rows");
    }
    return rows.getFirst();
  }

  /// Runs a replication command that answers with rows.
  public List<List<String>> query(String command) throws IOException {
    try {
      return connection.query(command);
    } catch (ServerErrorException e) {
      throw ServerFailures.translate(command.split(" ")[0], url.user(), e);
    }
  }

  /// Sends a command whose answer the caller reads by [#receive].
  public void begin(String command) throws IOException {
    connection.send('Q', out -> out.cstring(command));
  }

  /// Bytes of the message that [#receive] or [#poll] returned: a view that the next call
  /// invalidates.
  @SuppressWarnings("ArrayRecordComponent")
  public record View(byte[] bytes, int offset, int length) {}

  /// Type of the next message.
  public int receive() throws IOException {
    return translated(connection::receive);
  }

  /// Type of the next message, or -1 if none came in time.
  public int poll(int timeoutMillis) throws IOException {
    return translated(() -> connection.poll(timeoutMillis));
  }

  /// The content of a message of type `d`, or of any other.
  public View content() {
    MessageReader in = connection.in();
    return new View(in.bytes(), in.position(), in.remaining());
  }

  /// The values of the current message, which must be of type `D`.
  public List<String> row() throws IOException {
    return connection.row();
  }

  /// Sends one piece of copy data.
  public void sendCopy(byte[] bytes) throws IOException {
    connection.send('d', out -> out.bytes(bytes));
  }

  /// Says that we send no more copy data.
  public void sendCopyDone() throws IOException {
    connection.send('c', _ -> {});
  }

  public void awaitReady() throws IOException {
    connection.awaitReady();
  }

  private interface Reading {
    int type() throws IOException;
  }

  private int translated(Reading reading) throws IOException {
    try {
      return reading.type();
    } catch (ServerErrorException e) {
      throw ServerFailures.translate("replication", url.user(), e);
    }
  }

  static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
