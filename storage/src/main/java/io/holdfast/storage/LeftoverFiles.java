package io.holdfast.storage;

import io.holdfast.base.Entropy;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The directory of files that are being written, and what crashed processes left in it.
///
/// A file is called `<pid>-<16 hex digits>`. It is swept when nobody wrote to it for a day and no
/// process of that id, as old as the file, is running here. A wrong guess loses nothing: a writer
/// whose file was swept cannot publish it and reports that nothing was stored.
final class LeftoverFiles {
  /// `~` is in no blob key, so this directory can never be one.
  static final String DIRECTORY = "~tmp";

  static final Duration AGE_MIN = Duration.ofDays(1);
  private static final Duration CLOCK_SLACK = Duration.ofMinutes(1);
  private static final Logger log = LoggerFactory.getLogger(LeftoverFiles.class);

  private final Path directory;
  private final FileSteps steps;
  private final InstantSource clock;
  private final Entropy entropy;
  private final AtomicBoolean swept = new AtomicBoolean();

  LeftoverFiles(Path root, FileSteps steps, InstantSource clock, Entropy entropy) {
    this.directory = root.resolve(DIRECTORY);
    this.steps = steps;
    this.clock = clock;
    this.entropy = entropy;
  }

  Path directory() {
    return directory;
  }

  /// A name for a new file. The first call makes the directory and sweeps it.
  Path newName() throws IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      try {
        steps.createDirectory(directory);
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
          throw e;
        }
      }
    }
    if (!swept.getAndSet(true)) {
      sweep();
    }
    String random = HexFormat.of().formatHex(entropy.bytes(8));
    return directory.resolve(ProcessHandle.current().pid() + "-" + random);
  }

  private void sweep() {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        sweep(file);
      }
    } catch (IOException | DirectoryIteratorException e) {
      log.warn("cannot sweep left-over files in {}", directory, e);
    }
  }

  private void sweep(Path file) throws IOException {
    try {
      Instant written =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
              .lastModifiedTime()
              .toInstant();
      if (written.isBefore(clock.instant().minus(AGE_MIN)) && !isOwned(file, written)) {
        steps.delete(file);
        log.info("removed {}, left by a writer that died", file);
      }
    } catch (NoSuchFileException _) {
      // its writer was faster
    }
  }

  private static boolean isOwned(Path file, Instant written) {
    String name = String.valueOf(file.getFileName());
    int dash = name.indexOf('-');
    if (dash <= 0 || dash > 18 || !name.substring(0, dash).chars().allMatch(Character::isDigit)) {
      return true; // not ours to judge
    }
    return ProcessHandle.of(Long.parseLong(name.substring(0, dash)))
        .map(owner -> owner.info().startInstant().map(written.plus(CLOCK_SLACK)::isAfter))
        .map(older -> older.orElse(true))
        .orElse(false);
  }
}
