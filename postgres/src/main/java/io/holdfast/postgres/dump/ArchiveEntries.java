package io.holdfast.postgres.dump;

import io.holdfast.postgres.client.ClientProgram;
import io.holdfast.postgres.client.ClientRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// The definitions in an archive of `pg_dump`, as `pg_restore --list` prints them, in the order in
/// which they are restored.
///
/// @param lines one for each definition; parts of them can be given back with [#write]
public record ArchiveEntries(List<String> lines) {
  private static final long LIST_BYTES_MAX = 512L << 20;

  public ArchiveEntries {
    lines = List.copyOf(lines);
  }

  /// The part of an archive that comes before the rows, or after them.
  public enum Section {
    PRE_DATA("pre-data"),
    POST_DATA("post-data");

    private final String word;

    Section(String word) {
      this.word = word;
    }
  }

  /// Reads the list of an archive.
  ///
  /// @throws io.holdfast.base.BackupException `CLIENT_PROGRAM_FAILED` if it is no such archive
  public static ArchiveEntries read(ClientRun run, Path archive, Section section)
      throws IOException {
    ClientRun.Ended ended =
        run.runLocally(
            ClientProgram.PG_RESTORE,
            List.of("--list", "--section=" + section.word, archive.toString()));
    if (ended.status() != 0) {
      throw run.failed(ClientProgram.PG_RESTORE, "definitions of the dump", ended);
    }
    if (Files.size(ended.output()) > LIST_BYTES_MAX) {
      throw new IOException("a list of definitions has more than " + LIST_BYTES_MAX + " bytes");
    }
    // Names are in the encoding of the database, and go back as they came.
    String text = Files.readString(ended.output(), StandardCharsets.ISO_8859_1);
    return new ArchiveEntries(
        text.lines().filter(line -> !line.startsWith(";") && !line.isBlank()).toList());
  }

  /// Those that fit.
  public ArchiveEntries only(Predicate<String> fits) {
    return new ArchiveEntries(lines.stream().filter(fits).toList());
  }

  /// These, and behind them others.
  public ArchiveEntries and(ArchiveEntries others) {
    List<String> all = new ArrayList<>(lines);
    all.addAll(others.lines);
    return new ArchiveEntries(all);
  }

  /// Writes them as `pg_restore --use-list` reads them.
  public void write(Path file) throws IOException {
    Files.write(file, lines, StandardCharsets.ISO_8859_1);
  }

  /// What a line describes, for example `TABLE public orders erp`: it begins after two numbers and
  /// the object's.
  public static String description(String line) {
    int from = line.indexOf(';');
    for (int skipped = 0; skipped < 3 && from >= 0; skipped++) {
      from = line.indexOf(' ', from + 1);
    }
    return from < 0 ? "" : line.substring(from + 1);
  }

  /// Privileges are given when everything else is there.
  public static boolean isPrivilege(String line) {
    String description = description(line);
    return description.startsWith("ACL ") || description.startsWith("DEFAULT ACL ");
  }

  /// Event triggers would fire for what is restored after them.
  public static boolean isEventTrigger(String line) {
    String description = description(line);
    return description.startsWith("EVENT TRIGGER ")
        || description.startsWith("COMMENT - EVENT TRIGGER ");
  }

  public static boolean isComment(String line) {
    return description(line).startsWith("COMMENT ");
  }

  public static boolean isIndexAttach(String line) {
    return description(line).startsWith("INDEX ATTACH ");
  }

  public static boolean isForeignKey(String line) {
    return description(line).startsWith("FK CONSTRAINT ");
  }

  /// What only the owner of an extension may say.
  public static boolean isCommentOnExtension(String line) {
    return description(line).startsWith("COMMENT - EXTENSION ");
  }
}
