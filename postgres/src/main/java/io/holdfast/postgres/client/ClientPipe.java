package io.holdfast.postgres.client;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Workers;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// `pg_restore` as a filter: an archive goes in, a script comes out, and no server is asked. Its
/// environment is empty but for the path and the language. *Confined.*
public final class ClientPipe implements AutoCloseable {
  private static final int SAID_BYTES_MAX = 16 << 10;
  private static final int END_SECONDS = 30;

  private final Process process;
  private final Path said;
  private final Workers feeder;
  private final String version;

  private ClientPipe(Process process, Path said, Workers feeder, String version) {
    this.process = process;
    this.said = said;
    this.feeder = feeder;
    this.version = version;
  }

  /// Starts it.
  ///
  /// @param archive read to its end in a thread of its own; stays the caller's
  /// @param directory private to this process, for what the program says
  public static ClientPipe toScript(ClientPrograms programs, InputStream archive, Path directory)
      throws IOException {
    Path said = directory.resolve("pg_restore.err");
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    programs.path(ClientProgram.PG_RESTORE).toString(),
                    "--file=-",
                    "--no-password"))
            .redirectError(said.toFile());
    builder.environment().clear();
    builder.environment().putAll(Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C"));
    Process process = builder.start();
    Workers feeder = Workers.platform("pg_restore input");
    feeder.start(
        () -> {
          try (OutputStream in = process.getOutputStream()) {
            archive.transferTo(in);
          } catch (IOException e) {
            // It ended early, and says why; what failed on our side is told by whoever reads.
            process.destroy();
            if (!isBrokenPipe(e)) {
              throw e;
            }
          }
        });
    return new ClientPipe(process, said, feeder, programs.version());
  }

  private static boolean isBrokenPipe(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("Broken pipe") || message.contains("Stream closed");
  }

  /// What it writes.
  public InputStream script() {
    return process.getInputStream();
  }

  /// Waits for its end.
  ///
  /// @throws BackupException `FILE_CORRUPT` with what it says, if it did not succeed
  public void finish() throws IOException {
    feeder.join();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("pg_restore does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while pg_restore ran");
    }
    if (process.exitValue() != 0) {
      throw new BackupException(
          ErrorCode.FILE_CORRUPT,
          "pg_restore " + version + " cannot read the archive: " + reason(),
          "Nothing was changed. Get the file again from where it came, or make it anew.");
    }
  }

  private String reason() throws IOException {
    try (InputStream in = Files.newInputStream(said)) {
      String text = new String(in.readNBytes(SAID_BYTES_MAX), StandardCharsets.UTF_8).strip();
      return text.isEmpty() ? "it ended with status " + process.exitValue() : text;
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    feeder.close();
  }
}
