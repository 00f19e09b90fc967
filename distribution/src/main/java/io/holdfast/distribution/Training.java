package io.holdfast.distribution;

import io.holdfast.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The training run of the AOT cache: one process runs the commands listed here, and the classes it
/// loads, links and profiles are what a later start finds ready.
///
/// This is the one place that lists them. A command belongs here when it is cheap, needs no server
/// and is started often or must start fast. A command that ends otherwise than listed fails the
/// build, so that the list cannot rot.
public final class Training {
  /// One command line and the exit code it must end with.
  record Lesson(List<String> arguments, int exitCode) {
    Lesson {
      arguments = List.copyOf(arguments);
    }
  }

  private static final List<Lesson> LESSONS =
      List.of(
          new Lesson(List.of("--version"), 0),
          new Lesson(List.of("--help"), 0),
          new Lesson(List.of("--no-such-option"), 2),
          new Lesson(List.of("init", "--repo", "REPOSITORY"), 0),
          new Lesson(
              List.of("files", "backup", "--repo", "REPOSITORY", "--source", "f", "SAMPLE"), 0),
          new Lesson(List.of("verify", "--all", "--repo", "REPOSITORY"), 0),
          new Lesson(List.of("list", "--repo", "REPOSITORY"), 0),
          new Lesson(List.of("list", "--repo", "REPOSITORY", "--json"), 0),
          new Lesson(List.of("check", "--repo", "REPOSITORY", "--quiet"), 0),
          new Lesson(List.of("prune", "--repo", "REPOSITORY", "--dry-run"), 0),
          new Lesson(List.of("show", "--repo", "REPOSITORY", "none"), 2),
          new Lesson(
              List.of("wal", "push", "--repo", "REPOSITORY", "--source", "s", "REPOSITORY/none"),
              2),
          new Lesson(
              List.of(
                  "wal",
                  "fetch",
                  "--repo",
                  "REPOSITORY",
                  "--source",
                  "s",
                  "00000002.history",
                  "REPOSITORY-x"),
              126));

  private Training() {}

  /// Argument: a directory to write to.
  public static void main(String[] args) throws IOException {
    new Rehearsal().run(Path.of(args[0]).resolve("repository"));
    Path sample = Files.createDirectory(Path.of(args[0]).resolve("sample"));
    Files.writeString(sample.resolve("file"), "a small file");
    String repository = Path.of(args[0]).resolve("trained").toAbsolutePath().toString();
    for (Lesson lesson : LESSONS) {
      int exitCode =
          Main.run(
              lesson.arguments().stream()
                  .map(argument -> argument.replace("REPOSITORY", repository))
                  .map(argument -> argument.replace("SAMPLE", sample.toString()))
                  .toArray(String[]::new));
      if (exitCode != lesson.exitCode()) {
        throw new IllegalStateException(
            "training: " + lesson + " ended with exit code " + exitCode);
      }
    }
  }
}
