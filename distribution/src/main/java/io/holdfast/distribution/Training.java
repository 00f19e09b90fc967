package io.holdfast.distribution;

import io.holdfast.cli.Main;
import java.io.IOException;
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
          new Lesson(List.of("--no-such-option"), 2));

  private Training() {}

  /// Argument: a directory to write to.
  public static void main(String[] args) throws IOException {
    new Rehearsal().run(Path.of(args[0]).resolve("repository"));
    for (Lesson lesson : LESSONS) {
      int exitCode = Main.run(lesson.arguments().toArray(String[]::new));
      if (exitCode != lesson.exitCode()) {
        throw new IllegalStateException(
            "training: " + lesson + " ended with exit code " + exitCode);
      }
    }
  }
}
