package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.portable.Existing;
import io.holdfast.engine.portable.FileInput;
import io.holdfast.engine.portable.FileOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// From where and to where one file goes; `-` is standard input or output.
final class FileEnds {
  private static final String PIPE = "-";

  @Parameters(paramLabel = "FILE", description = "File to read; '-' is standard input.")
  String from = "";

  @Option(
      names = "--to",
      paramLabel = "FILE",
      description =
          "File to write; '-' is standard output. Default: beside FILE, with or without .enc.")
  @Nullable String to;

  @Option(names = "--overwrite", description = "Replace the file to write if it exists.")
  boolean overwrite;

  FileInput input(CommandContext context) {
    return from.equals(PIPE)
        ? new FileInput.Piped(context.in())
        : new FileInput.Named(context.workingDirectory().resolve(from));
  }

  FileOutput output(CommandContext context, GlobalOptions global) {
    Existing existing = overwrite ? Existing.REPLACE : Existing.REFUSE;
    if (to == null) {
      return new FileOutput.Beside(existing);
    }
    if (!to.equals(PIPE)) {
      return new FileOutput.Named(context.workingDirectory().resolve(to), existing);
    }
    if (global.json) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "standard output cannot have the file and a JSON document",
          "Leave out --json, or name a file with --to.");
    }
    return new FileOutput.Piped(new Reported(context.out()));
  }

  /// Where a line about the result goes.
  PrintStream answer(CommandContext context) {
    return PIPE.equals(to) ? context.err() : context.out();
  }

  /// A `PrintStream` keeps failures to itself; here they end the command.
  private static final class Reported extends OutputStream {
    private final PrintStream out;

    Reported(PrintStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      if (out.checkError()) {
        throw new IOException("standard output cannot be written");
      }
    }
  }
}
