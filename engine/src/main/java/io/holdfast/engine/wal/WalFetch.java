package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.postgres.wal.WalFileName;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.Repository;
import io.holdfast.repository.wal.WalArchive;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// Brings a WAL file back for `restore_command`. "Absent" is said only when the repository was read
/// and does not have it.
public final class WalFetch {
  private final EngineContext context;
  private final Repository repository;

  public WalFetch(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  /// What PostgreSQL is told.
  public enum Outcome {
    FETCHED,
    ABSENT
  }

  public Outcome fetch(Settings settings, String name, Path destination) {
    return Failures.translate("fetch " + name, () -> fetchNow(settings, name, destination));
  }

  private Outcome fetchNow(Settings settings, String name, Path destination) throws IOException {
    context.cancellation().throwIfRequested();
    WalFileName parsed = parse(name);
    WalArchive archive = CurrentCluster.askedAt(repository, settings.source(), destination);
    Optional<WalContent> content =
        switch (parsed) {
          case WalFileName.Segment(WalSegmentName segment) -> SegmentFile.find(archive, segment);
          case WalFileName.Partial _ -> Optional.empty();
          case WalFileName.History _, WalFileName.BackupHistory _ ->
              archive.file(name).map(WalContent::of);
        };
    if (content.isEmpty()) {
      return Outcome.ABSENT;
    }
    write(destination, content.get());
    return Outcome.FETCHED;
  }

  static WalFileName parse(String name) {
    return WalFileName.parse(name)
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BAD_ARGUMENT,
                    "'" + name + "' is not the name of a WAL file",
                    "Use restore_command = 'holdfast wal fetch %f %p'."));
  }

  /// Whole or not at all: the server may look at the file as soon as it exists.
  static void write(Path destination, WalContent content) throws IOException {
    Path temporary = destination.resolveSibling(destination.getFileName() + ".holdfast-tmp");
    Files.deleteIfExists(temporary);
    try (FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      content.writeTo(channel);
      channel.force(true);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException | RuntimeException | Error e) {
      discard(temporary, e);
      throw e;
    }
    Files.move(temporary, destination, StandardCopyOption.ATOMIC_MOVE);
  }

  /// WAL may turn out to be damaged when a part of it is written.
  private static void discard(Path temporary, Throwable because) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }
}
