package io.holdfast.postgres.basebackup;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.basebackup.BackupReceiver.Tablespace;
import io.holdfast.postgres.manifest.RawPath;
import io.holdfast.postgres.wire.ReplicationConnection;
import io.holdfast.postgres.wire.ReplicationConnection.View;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongConsumer;

/// Runs `BASE_BACKUP` on a replication connection: PostgreSQL 13 and 14 send one copy stream per
/// archive, 15 and later a single stream whose messages say what they are. The server does not
/// verify page checksums here: it would end the whole stream at the first bad page; the caller
/// checks the pages.
public final class BaseBackup {
  private static final int TABLESPACES_MAX = 10_000;
  private static final int RATE_KIB_MIN = 32;
  private static final int RATE_KIB_MAX = 1 << 20;

  /// The checkpoint at the start may be spread over as long as checkpoint_timeout, at most a day.
  private static final Duration START_LIMIT = Duration.ofHours(25);

  /// The server's disk may be busy, but not for longer than this without a byte.
  private static final Duration DATA_LIMIT = Duration.ofMinutes(10);

  private final ReplicationConnection connection;
  private final Cancellation cancellation;

  public BaseBackup(ReplicationConnection connection, Cancellation cancellation) {
    this.connection = connection;
    this.cancellation = cancellation;
  }

  /// How the server is asked.
  ///
  /// @param maxRateKib limit of the transfer in KiB per second, 32 to 1048576; empty for none
  /// @param checksums of the files in the manifest
  public record Options(
      String label, Checkpoint checkpoint, OptionalInt maxRateKib, ManifestChecksums checksums) {
    /// As fast as it goes, with CRC-32C.
    public Options(String label, Checkpoint checkpoint) {
      this(label, checkpoint, OptionalInt.empty(), ManifestChecksums.CRC32C);
    }

    public Options {
      maxRateKib.ifPresent(
          rate -> {
            if (rate < RATE_KIB_MIN || rate > RATE_KIB_MAX) {
              throw new BackupException(
                  ErrorCode.BAD_ARGUMENT,
                  "a rate of " + rate + " KiB/s is outside of 32 to 1048576",
                  "Choose a rate within, or none.");
            }
          });
    }

    /// Whether the checkpoint at the start is hurried.
    public enum Checkpoint {
      FAST,
      SPREAD
    }

    /// What the server computes over each file.
    public enum ManifestChecksums {
      CRC32C,
      SHA256
    }
  }

  /// Where the backup begins and ends.
  ///
  /// @param serverWarning what the server complained about after all data was sent
  public record Result(
      Lsn start, int startTimeline, Lsn stop, int stopTimeline, Optional<String> serverWarning) {}

  /// Runs the whole backup; returns when the server has said where it ends.
  ///
  /// A connection that breaks is `SERVER_UNAVAILABLE`; an `IOException` is the receiver's.
  ///
  /// @param progress told how many bytes arrived
  public Result run(Options options, BackupReceiver receiver, LongConsumer progress)
      throws IOException {
    connection.begin(command(options));
    List<List<byte[]>> begin = readRows(START_LIMIT);
    Lsn start = lsn(begin, 0);
    int timeline = timeline(begin, 1);
    List<Tablespace> archives = tablespaces(readRows(DATA_LIMIT));
    receiver.expected(archives.stream().mapToLong(Tablespace::sizeKib).sum() << 10);
    receiver.started(
        start, timeline, archives.stream().filter(t -> !t.location().isEmpty()).toList());
    if (connection.major() >= 15) {
      SingleStream stream = new SingleStream(receiver, progress, archives);
      readCopy(stream::take);
      stream.finish();
    } else {
      readArchives(archives, receiver, progress);
    }
    List<List<byte[]>> end = readRows(DATA_LIMIT);
    return new Result(start, timeline, lsn(end, 0), timeline(end, 1), awaitEnd());
  }

  /// Damage that the server found itself comes as an error after everything else; the data is
  /// complete all the same, and the caller checks the pages.
  private Optional<String> awaitEnd() throws IOException {
    Optional<String> warning = Optional.empty();
    while (true) {
      try {
        if (receive(DATA_LIMIT) == 'Z') {
          return warning;
        }
      } catch (BackupException e) {
        if (e.code() != ErrorCode.PAGE_CHECKSUM || warning.isPresent()) {
          throw e;
        }
        warning = Optional.of(e.text());
      }
    }
  }

  private String command(Options options) {
    String label = "'" + options.label().replace("'", "''") + "'";
    boolean fast = options.checkpoint() == Options.Checkpoint.FAST;
    String checksums = "'" + options.checksums() + "'";
    if (connection.major() >= 15) {
      String rate =
          options.maxRateKib().isPresent() ? ", MAX_RATE " + options.maxRateKib().getAsInt() : "";
      return "BASE_BACKUP (LABEL "
          + label
          + ", TARGET 'client', PROGRESS, CHECKPOINT '"
          + (fast ? "fast" : "spread")
          + "', WAIT false, TABLESPACE_MAP true, VERIFY_CHECKSUMS false"
          + rate
          + ", MANIFEST 'yes', MANIFEST_CHECKSUMS "
          + checksums
          + ")";
    }
    String rate =
        options.maxRateKib().isPresent() ? " MAX_RATE " + options.maxRateKib().getAsInt() : "";
    return "BASE_BACKUP LABEL "
        + label
        + " PROGRESS"
        + (fast ? " FAST" : "")
        + " NOWAIT"
        + rate
        + " TABLESPACE_MAP NOVERIFY_CHECKSUMS MANIFEST 'yes' MANIFEST_CHECKSUMS "
        + checksums;
  }

  private int receive(Duration limit) throws IOException {
    return connection.receive(limit, cancellation);
  }

  private List<List<byte[]>> readRows(Duration limit) throws IOException {
    List<List<byte[]>> rows = new ArrayList<>();
    while (true) {
      int type = receive(limit);
      switch (type) {
        case 'T' -> {}
        case 'D' -> rows.add(connection.rowBytes());
        case 'C' -> {
          return rows;
        }
        default -> throw violation("an unexpected message of type '" + (char) type + "'");
      }
      if (rows.size() > TABLESPACES_MAX) {
        throw violation("more than " + TABLESPACES_MAX + " tablespaces");
      }
    }
  }

  private static String onlyRow(List<List<byte[]>> rows, int column) {
    if (rows.size() != 1 || rows.getFirst().size() <= column) {
      throw violation("no position in the answer to BASE_BACKUP");
    }
    return RawPath.decode(rows.getFirst().get(column));
  }

  private static Lsn lsn(List<List<byte[]>> rows, int column) {
    String text = onlyRow(rows, column);
    try {
      return Lsn.parse(text);
    } catch (IllegalArgumentException _) {
      throw violation("'" + text + "' for a position");
    }
  }

  private static int timeline(List<List<byte[]>> rows, int column) {
    String text = onlyRow(rows, column);
    try {
      return Integer.parseUnsignedInt(text);
    } catch (NumberFormatException _) {
      throw violation("'" + text + "' for a timeline");
    }
  }

  private static List<Tablespace> tablespaces(List<List<byte[]>> rows) {
    List<Tablespace> tablespaces = new ArrayList<>(rows.size());
    for (List<byte[]> row : rows) {
      if (row.size() < 3) {
        throw violation("a tablespace without a size");
      }
      String oid = RawPath.decode(row.get(0));
      String kib = RawPath.decode(row.get(2));
      try {
        tablespaces.add(
            new Tablespace(
                oid.isEmpty() ? 0 : Integer.parseUnsignedInt(oid) & 0xffffffffL,
                RawPath.decode(row.get(1)),
                kib.isEmpty() ? 0 : Long.parseLong(kib)));
      } catch (NumberFormatException _) {
        throw violation("tablespace '" + oid + "' of '" + kib + "' KiB");
      }
    }
    return tablespaces;
  }

  private void readArchives(
      List<Tablespace> archives, BackupReceiver receiver, LongConsumer progress)
      throws IOException {
    for (Tablespace archive : archives) {
      TarParser tar = new TarParser(new ArchiveEvents(receiver, archive));
      readCopy(
          view -> {
            tar.push(view.bytes(), view.offset(), view.length());
            progress.accept(view.length());
          });
      tar.finish();
    }
    readCopy(view -> receiver.manifestData(view.bytes(), view.offset(), view.length()));
  }

  /// What is done with one piece of copy data.
  private interface Piece {
    void take(View view) throws IOException;
  }

  private void readCopy(Piece piece) throws IOException {
    requireType(receive(DATA_LIMIT), 'H');
    while (true) {
      int type = receive(DATA_LIMIT);
      if (type == 'c') {
        return;
      }
      requireType(type, 'd');
      piece.take(connection.content());
    }
  }

  private static void requireType(int type, char wanted) {
    if (type != wanted) {
      throw violation("a message of type '" + (char) type + "' where '" + wanted + "' was due");
    }
  }

  static BackupException violation(String what) {
    return new BackupException(
        ErrorCode.PROTOCOL_VIOLATION,
        "base backup: the server sent " + what,
        "Run the backup again; if it happens again, report it with the server's version.");
  }
}
