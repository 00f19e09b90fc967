package io.holdfast.postgres.basebackup;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.basebackup.BackupReceiver.Tablespace;
import io.holdfast.postgres.wire.ReplicationConnection;
import io.holdfast.postgres.wire.ReplicationConnection.View;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/// Runs `BASE_BACKUP` on a replication connection: PostgreSQL 13 and 14 send one copy stream per
/// archive, 15 and later a single stream whose messages say what they are. The server does not
/// verify page checksums here: it would end the whole stream at the first bad page; the caller
/// checks the pages.
public final class BaseBackup {
  private static final int TABLESPACES_MAX = 1_000;

  private final ReplicationConnection connection;
  private final Cancellation cancellation;

  public BaseBackup(ReplicationConnection connection, Cancellation cancellation) {
    this.connection = connection;
    this.cancellation = cancellation;
  }

  /// How the server is asked.
  public record Options(String label, Checkpoint checkpoint) {
    /// Whether the checkpoint at the start is hurried.
    public enum Checkpoint {
      FAST,
      SPREAD
    }
  }

  /// Where the backup begins and ends.
  ///
  /// @param serverWarning what the server complained about after all data was sent
  public record Result(
      Lsn start, int startTimeline, Lsn stop, int stopTimeline, Optional<String> serverWarning) {}

  /// Runs the whole backup; returns when the server has said where it ends.
  ///
  /// @param progress told how many bytes arrived
  public Result run(Options options, BackupReceiver receiver, LongConsumer progress)
      throws IOException {
    connection.begin(command(options));
    List<String> begin = onlyRow(readRows());
    Lsn start = Lsn.parse(begin.get(0));
    int timeline = Integer.parseUnsignedInt(begin.get(1));
    List<Tablespace> archives = tablespaces(readRows());
    receiver.started(
        start, timeline, archives.stream().filter(t -> !t.location().isEmpty()).toList());
    if (connection.major() >= 15) {
      new SingleStream(receiver, progress, archives).read();
    } else {
      readArchives(archives, receiver, progress);
    }
    List<String> end = onlyRow(readRows());
    connection.awaitReady();
    return new Result(
        start,
        timeline,
        Lsn.parse(end.get(0)),
        Integer.parseUnsignedInt(end.get(1)),
        Optional.empty());
  }

  private String command(Options options) {
    String label = "'" + options.label().replace("'", "''") + "'";
    boolean fast = options.checkpoint() == Options.Checkpoint.FAST;
    if (connection.major() >= 15) {
      return "BASE_BACKUP (LABEL "
          + label
          + ", TARGET 'client', PROGRESS, CHECKPOINT '"
          + (fast ? "fast" : "spread")
          + "', WAIT false, TABLESPACE_MAP true, VERIFY_CHECKSUMS false,"
          + " MANIFEST 'yes', MANIFEST_CHECKSUMS 'CRC32C')";
    }
    return "BASE_BACKUP LABEL "
        + label
        + " PROGRESS"
        + (fast ? " FAST" : "")
        + " NOWAIT TABLESPACE_MAP NOVERIFY_CHECKSUMS MANIFEST 'yes' MANIFEST_CHECKSUMS 'CRC32C'";
  }

  private List<List<String>> readRows() throws IOException {
    List<List<String>> rows = new ArrayList<>();
    while (true) {
      int type = connection.receive();
      switch (type) {
        case 'T' -> {}
        case 'D' -> rows.add(connection.row());
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

  private static List<String> onlyRow(List<List<String>> rows) {
    if (rows.size() != 1 || rows.getFirst().size() < 2) {
      throw violation("no position in the answer to BASE_BACKUP");
    }
    return rows.getFirst();
  }

  private static List<Tablespace> tablespaces(List<List<String>> rows) {
    return rows.stream()
        .map(
            row ->
                new Tablespace(
                    row.get(0).isEmpty() ? 0 : Long.parseUnsignedLong(row.get(0)),
                    row.get(1),
                    row.get(2).isEmpty() ? 0 : Long.parseLong(row.get(2))))
        .toList();
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
    requireType(connection.receive(), 'H');
    while (true) {
      cancellation.throwIfRequested();
      int type = connection.receive();
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

  /// PostgreSQL 15 and later.
  private final class SingleStream {
    private final BackupReceiver receiver;
    private final LongConsumer progress;
    private final List<Tablespace> archives;
    private int archivesBegun;
    private Optional<TarParser> tar = Optional.empty();
    private boolean inManifest;

    SingleStream(BackupReceiver receiver, LongConsumer progress, List<Tablespace> archives) {
      this.receiver = receiver;
      this.progress = progress;
      this.archives = archives;
    }

    void read() throws IOException {
      readCopy(this::take);
      endArchive();
      if (!inManifest || archivesBegun != archives.size()) {
        throw violation(archivesBegun + " of " + archives.size() + " archives");
      }
    }

    private void take(View view) throws IOException {
      if (view.length() < 1) {
        throw violation("an empty message");
      }
      int offset = view.offset() + 1;
      int length = view.length() - 1;
      switch (view.bytes()[view.offset()]) {
        case 'n' -> beginArchive(view);
        case 'm' -> {
          endArchive();
          inManifest = true;
        }
        case 'd' -> data(view.bytes(), offset, length);
        case 'p' -> {}
        default -> throw violation("an unknown kind of message");
      }
    }

    private void data(byte[] bytes, int offset, int length) throws IOException {
      if (inManifest) {
        receiver.manifestData(bytes, offset, length);
      } else {
        tar.orElseThrow(() -> violation("data outside an archive")).push(bytes, offset, length);
        progress.accept(length);
      }
    }

    private void beginArchive(View view) throws IOException {
      endArchive();
      String[] names =
          new String(view.bytes(), view.offset() + 1, view.length() - 1, StandardCharsets.UTF_8)
              .split("\0", -1);
      if (names.length < 2 || archivesBegun >= archives.size()) {
        throw violation("an archive that was not announced");
      }
      Tablespace announced = archives.get(archivesBegun++);
      if (!announced.location().equals(names[1])) {
        throw violation("archives in another order than announced");
      }
      tar = Optional.of(new TarParser(new ArchiveEvents(receiver, announced)));
    }

    private void endArchive() throws IOException {
      if (tar.isPresent()) {
        tar.get().finish();
      }
      tar = Optional.empty();
    }
  }
}
