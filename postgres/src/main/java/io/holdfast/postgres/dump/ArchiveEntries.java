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
import java.util.stream.Stream;

/// The definitions in an archive of `pg_dump`, as `pg_restore --list` prints them, in the order in
/// which they are restored.
///
/// @param all of them; parts can be given back with [#write]
public record ArchiveEntries(List<ArchiveEntry> all) {
  private static final long LIST_BYTES_MAX = 512L << 20;
  private static final String NEEDS = ";\tdepends on:";

  public ArchiveEntries {
    all = List.copyOf(all);
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

  /// Reads the list of a section, without what entries need.
  ///
  /// @throws io.holdfast.base.BackupException `CLIENT_PROGRAM_FAILED` if it is no such archive
  public static ArchiveEntries read(ClientRun run, Path archive, Section section)
      throws IOException {
    return parse(list(run, List.of("--list", "--section=" + section.word, archive.toString())));
  }

  /// Reads all entries with what they need.
  ///
  /// @throws io.holdfast.base.BackupException `CLIENT_PROGRAM_FAILED` if it is no such archive
  public static ArchiveEntries readAll(ClientRun run, Path archive) throws IOException {
    return parse(list(run, List.of("--list", "--verbose", archive.toString())));
  }

  private static List<String> list(ClientRun run, List<String> arguments) throws IOException {
    ClientRun.Ended ended = run.runLocally(ClientProgram.PG_RESTORE, arguments);
    if (ended.status() != 0) {
      throw run.failed(ClientProgram.PG_RESTORE, "definitions of the dump", ended);
    }
    if (Files.size(ended.output()) > LIST_BYTES_MAX) {
      throw new IOException("a list of definitions has more than " + LIST_BYTES_MAX + " bytes");
    }
    // Names are in the encoding of the database, and go back as they came.
    return Files.readString(ended.output(), StandardCharsets.ISO_8859_1).lines().toList();
  }

  /// Lines of a list: what an entry needs stands below it.
  static ArchiveEntries parse(List<String> lines) {
    List<ArchiveEntry> entries = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith(NEEDS) && !entries.isEmpty()) {
        List<Integer> needs =
            Stream.of(line.substring(NEEDS.length()).strip().split(" "))
                .map(Integer::valueOf)
                .distinct()
                .toList();
        entries.add(entries.removeLast().needing(needs));
      } else if (!line.startsWith(";") && !line.isBlank()) {
        entries.add(ArchiveEntry.parse(line));
      }
    }
    return new ArchiveEntries(entries);
  }

  /// Those that fit.
  public ArchiveEntries only(Predicate<ArchiveEntry> fits) {
    return new ArchiveEntries(all.stream().filter(fits).toList());
  }

  /// These, and behind them others.
  public ArchiveEntries and(ArchiveEntries others) {
    List<ArchiveEntry> both = new ArrayList<>(all);
    both.addAll(others.all);
    return new ArchiveEntries(both);
  }

  /// Writes them as `pg_restore --use-list` reads them.
  public void write(Path file) throws IOException {
    Files.write(file, all.stream().map(ArchiveEntry::line).toList(), StandardCharsets.ISO_8859_1);
  }
}
