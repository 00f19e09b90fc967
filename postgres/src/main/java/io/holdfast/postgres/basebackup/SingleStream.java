package io.holdfast.postgres.basebackup;

import io.holdfast.postgres.basebackup.BackupReceiver.Tablespace;
import io.holdfast.postgres.manifest.RawPath;
import io.holdfast.postgres.wire.ReplicationConnection.View;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/// What PostgreSQL 15 and later send for a base backup: one stream of messages that say what they
/// are. *Confined*.
final class SingleStream {
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

  /// Requires that everything announced has come.
  void finish() throws IOException {
    endArchive();
    if (!inManifest || archivesBegun != archives.size()) {
      throw BaseBackup.violation(archivesBegun + " of " + archives.size() + " archives");
    }
  }

  /// Takes the content of one message of copy data; it is not kept.
  void take(View view) throws IOException {
    if (view.length() < 1) {
      throw BaseBackup.violation("an empty message");
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
      default -> throw BaseBackup.violation("an unknown kind of message");
    }
  }

  private void data(byte[] bytes, int offset, int length) throws IOException {
    if (inManifest) {
      receiver.manifestData(bytes, offset, length);
    } else {
      tar.orElseThrow(() -> BaseBackup.violation("data outside an archive"))
          .push(bytes, offset, length);
      progress.accept(length);
    }
  }

  private void beginArchive(View view) throws IOException {
    endArchive();
    String[] names =
        RawPath.decode(
                Arrays.copyOfRange(view.bytes(), view.offset() + 1, view.offset() + view.length()))
            .split("\0", -1);
    if (inManifest || names.length < 2 || archivesBegun >= archives.size()) {
      throw BaseBackup.violation("an archive that was not announced");
    }
    Tablespace announced = archives.get(archivesBegun++);
    if (!announced.location().equals(names[1])) {
      throw BaseBackup.violation("archives in another order than announced");
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
