package io.holdfast.postgres.client;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.server.InstalledServers;
import io.holdfast.postgres.url.ConnectionUrl;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs client programs. Their environment is empty but for the path, the language and the
/// password: ours holds keys. What they say goes through files of a directory of the caller's, so
/// that no thread has to read along; the password is never among their arguments.
public final class ClientRun {
  private static final int SLICE_MILLIS = 200;
  private static final int END_MILLIS = 5_000;
  private static final int SAID_BYTES_MAX = 16 << 10;
  private static final int COMMAND_WORDS = 4;
  private static final String COMMAND = "Command was: ";

  private final ClientPrograms programs;
  private final Path directory;
  private final String applicationName;
  private final Cancellation cancellation;

  /// @param directory private to this process, for what the programs say
  public ClientRun(
      ClientPrograms programs, Path directory, String applicationName, Cancellation cancellation) {
    this.programs = programs;
    this.directory = directory;
    this.applicationName = applicationName;
    this.cancellation = cancellation;
  }

  public ClientPrograms programs() {
    return programs;
  }

  /// How a program ended.
  ///
  /// @param output what it wrote to its standard output, in a file that the next run overwrites
  /// @param said the end of what it wrote to its standard error
  public record Ended(int status, Path output, String said) {
    /// The error as one line for people. Of a command that failed only the first words are shown:
    /// there may be a password in it.
    public String reason() {
      List<String> lines = new ArrayList<>();
      boolean inCommand = false;
      for (String line : said.lines().filter(text -> !text.isBlank()).toList()) {
        if (line.contains(COMMAND)) {
          inCommand = true;
          lines.add(firstWords(line));
        } else if (line.startsWith("pg_")) {
          inCommand = false;
          lines.add(line);
        } else if (!inCommand) {
          lines.add(line);
        }
      }
      return lines.isEmpty() ? "it ended with status " + status : String.join(" | ", lines);
    }

    private static String firstWords(String line) {
      int from = line.indexOf(COMMAND) + COMMAND.length();
      String[] words = line.substring(from).strip().split("\\s+", COMMAND_WORDS + 1);
      return line.substring(0, from)
          + String.join(" ", Arrays.copyOf(words, Math.min(words.length, COMMAND_WORDS)))
          + " …";
    }
  }

  /// Runs a program against a database.
  ///
  /// @throws BackupException `CANCELLED` if a stop was asked for; the program is ended then
  public Ended run(
      ClientProgram program,
      ConnectionUrl url,
      Map<String, String> settings,
      List<String> arguments)
      throws IOException {
    List<String> all = new ArrayList<>(arguments);
    all.add("--no-password");
    all.add("--dbname=" + ConnectionInfo.text(url, applicationName));
    Map<String, String> environment = new HashMap<>(ConnectionInfo.environment(url));
    if (!settings.isEmpty()) {
      environment.put("PGOPTIONS", pgOptions(settings));
    }
    return run(program, environment, all);
  }

  /// Runs a program that needs no server.
  public Ended runLocally(ClientProgram program, List<String> arguments) throws IOException {
    return run(program, Map.of(), arguments);
  }

  private static String pgOptions(Map<String, String> settings) {
    List<String> words = new ArrayList<>();
    settings.forEach(
        (name, value) ->
            words.add("-c " + name + "=" + value.replace("\\", "\\\\").replace(" ", "\\ ")));
    return String.join(" ", words);
  }

  private static Process start(ProcessBuilder builder, Path program) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new BackupException(
          ErrorCode.SERVER_PROGRAM_MISSING,
          program + " cannot be run, though pg_dump is there: " + e.getMessage(),
          "Install all client programs of PostgreSQL into the directory, or choose another one with "
              + InstalledServers.DIRECTORIES_VARIABLE
              + ".",
          e);
    }
  }

  private Ended run(ClientProgram program, Map<String, String> environment, List<String> arguments)
      throws IOException {
    Path output = directory.resolve(program.fileName() + ".out");
    Path said = directory.resolve(program.fileName() + ".err");
    List<String> command = new ArrayList<>();
    command.add(programs.path(program).toString());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(output.toFile())
            .redirectError(said.toFile());
    builder.environment().clear();
    builder.environment().putAll(Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C"));
    builder.environment().putAll(environment);
    Process process = start(builder, programs.path(program));
    try {
      while (!process.waitFor(SLICE_MILLIS, TimeUnit.MILLISECONDS)) {
        cancellation.throwIfRequested();
      }
      return new Ended(process.exitValue(), output, end(said));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while " + program.fileName() + " ran");
    } finally {
      end(process);
    }
  }

  private static void end(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(END_MILLIS, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static String end(Path said) throws IOException {
    try (InputStream in = Files.newInputStream(said)) {
      long skip = Math.max(0, Files.size(said) - SAID_BYTES_MAX);
      in.skipNBytes(skip);
      return new String(in.readNBytes(SAID_BYTES_MAX), StandardCharsets.UTF_8);
    }
  }

  /// The error of a program that did not succeed.
  public BackupException failed(ClientProgram program, String what, Ended ended) {
    return new BackupException(
        ErrorCode.CLIENT_PROGRAM_FAILED,
        what + ": " + program.fileName() + " " + programs.version() + ": " + ended.reason(),
        "What the program says is about the server or the role; mend that and run the command again.");
  }
}
