package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.base.Quoted;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.stream.Collectors;

/// Says what went wrong, once, at the end: `error HF-1012: …` and a hint; with `--json` a document
/// on stdout as well.
final class ErrorReport {
  private static final int TEXT_CHARACTERS_MAX = 2000;

  private ErrorReport() {}

  /// Prints the failure and returns the exit status.
  static int print(Throwable failure, boolean json, PrintStream out, PrintStream err) {
    BackupException understood = understand(failure);
    String text = safe(understood.text());
    if (json) {
      Map<String, Object> error = CommandContext.object();
      error.put("code", understood.code().label());
      error.put("kind", understood.code().kind().name());
      error.put("message", text);
      error.put("hint", safe(understood.hint()));
      out.println(Json.write(Map.of("error", error)));
    }
    err.println("error " + understood.code().label() + ": " + lines(text));
    if (!understood.hint().isEmpty()) {
      err.println("  hint: " + lines(safe(understood.hint())));
    }
    for (Throwable also : failure.getSuppressed()) {
      // Several workers were interrupted at once: that is one thing to say.
      boolean sameInterruption =
          also instanceof BackupException other
              && other.code().kind() == ErrorKind.INTERRUPTED
              && understood.code().kind() == ErrorKind.INTERRUPTED;
      if (also instanceof BackupException other && !sameInterruption) {
        err.println("  also: " + other.code().label() + ": " + lines(safe(other.text())));
      }
    }
    if (understood.code().kind() == ErrorKind.INTERNAL) {
      err.print(stackTrace(failure));
    }
    return understood.code().kind().exitStatus();
  }

  /// Whatever a message quotes, it stays readable and gives no password away: what a person typed
  /// at the wrong place may be a megabyte, or a database URL.
  private static String safe(String quoting) {
    String text = Passwords.hidden(quoting);
    return text.length() <= TEXT_CHARACTERS_MAX
        ? text
        : text.substring(0, TEXT_CHARACTERS_MAX) + "… (" + quoting.length() + " characters)";
  }

  private static String stackTrace(Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace, true));
    return Passwords.hidden(trace.toString());
  }

  /// Nothing that a message quotes moves the cursor of a terminal; lines stay lines.
  private static String lines(String text) {
    return text.lines().map(Quoted::printable).collect(Collectors.joining("\n    "));
  }

  private static BackupException understand(Throwable failure) {
    return switch (failure) {
      case BackupException e -> e;
      case OutOfMemoryError e ->
          new BackupException(
              ErrorCode.BUG,
              "out of memory: " + e.getMessage(),
              "Give the process more with HOLDFAST_JAVA_OPTS=-Xmx512m, and report it.",
              e);
      default ->
          new BackupException(
              ErrorCode.BUG,
              failure.getClass().getSimpleName() + ": " + failure.getMessage(),
              "This is a bug in Holdfast; please report it with the lines below.",
              failure);
    };
  }
}
