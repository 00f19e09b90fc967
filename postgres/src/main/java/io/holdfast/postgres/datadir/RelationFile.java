package io.holdfast.postgres.datadir;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One segment of one fork of a relation, as its path tells. Such files, and only they, consist of
/// pages.
///
/// @param tablespace object number of the tablespace: 1663 for `base`, 1664 for `global`
/// @param database object number of the database, 0 for shared relations
/// @param fileNumber PostgreSQL's relfilenode
/// @param segment 0 for the first file of the fork
public record RelationFile(
    long tablespace, long database, long fileNumber, Fork fork, int segment) {
  /// The tablespace of directory `base`.
  public static final long DEFAULT_TABLESPACE = 1663;

  /// The tablespace of directory `global`.
  public static final long GLOBAL_TABLESPACE = 1664;

  private static final Pattern NAME =
      Pattern.compile("([1-9]\\d{0,9})(_fsm|_vm|_init)?(?:\\.([1-9]\\d{0,5}))?");
  private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,9}");
  private static final Pattern VERSION_DIRECTORY = Pattern.compile("PG_\\d+_\\d+");

  /// Reads a path relative to the data directory, as `base/5/16384_vm.1`, `global/1262` or
  /// `pg_tblspc/16400/PG_15_202209061/5/16401`. Empty for everything that is no relation file:
  /// temporary relations, maps, control file, transaction status.
  public static Optional<RelationFile> parse(String path) {
    String[] steps = path.split("/", -1);
    Matcher name = NAME.matcher(steps[steps.length - 1]);
    if (steps.length < 2 || !name.matches()) {
      return Optional.empty();
    }
    return switch (steps[0]) {
      case "global" ->
          steps.length == 2 ? Optional.of(of(GLOBAL_TABLESPACE, 0, name)) : Optional.empty();
      case "base" ->
          steps.length == 3 && isNumber(steps[1])
              ? Optional.of(of(DEFAULT_TABLESPACE, Long.parseLong(steps[1]), name))
              : Optional.empty();
      case "pg_tblspc" ->
          steps.length == 5
                  && isNumber(steps[1])
                  && VERSION_DIRECTORY.matcher(steps[2]).matches()
                  && isNumber(steps[3])
              ? Optional.of(of(Long.parseLong(steps[1]), Long.parseLong(steps[3]), name))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /// The block number of the file's first page within its fork.
  public long firstBlock(int blocksPerSegment) {
    return (long) segment * blocksPerSegment;
  }

  private static boolean isNumber(String text) {
    return NUMBER.matcher(text).matches();
  }

  private static RelationFile of(long tablespace, long database, Matcher name) {
    String segment = name.group(3);
    return new RelationFile(
        tablespace,
        database,
        Long.parseLong(name.group(1)),
        fork(name.group(2)),
        segment == null ? 0 : Integer.parseInt(segment));
  }

  private static Fork fork(@org.jspecify.annotations.Nullable String suffix) {
    for (Fork fork : Fork.values()) {
      if (fork.suffix().equals(suffix)) {
        return fork;
      }
    }
    return Fork.MAIN;
  }
}
