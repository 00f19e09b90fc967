package io.holdfast.postgres.datadir;

import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Which parts of a data directory a backup leaves out, and what a restored one needs all the same.
public final class DataDirectoryLayout {
  /// Mode of every directory.
  public static final Set<PosixFilePermission> DIRECTORY_MODE =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  /// Mode of every file.
  public static final Set<PosixFilePermission> FILE_MODE =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  /// Directories whose contents no backup holds. They exist in it, empty.
  public static final List<String> EMPTIED =
      List.of(
          "pg_dynshmem",
          "pg_notify",
          "pg_replslot",
          "pg_serial",
          "pg_snapshots",
          "pg_stat_tmp",
          "pg_subtrans",
          "pg_wal");

  private static final List<String> ALWAYS_THERE =
      List.of(
          "base",
          "global",
          "pg_commit_ts",
          "pg_logical",
          "pg_logical/mappings",
          "pg_logical/snapshots",
          "pg_multixact",
          "pg_multixact/members",
          "pg_multixact/offsets",
          "pg_stat",
          "pg_tblspc",
          "pg_twophase",
          "pg_xact");

  private static final Set<String> NOT_COPIED_AT_ROOT =
      Set.of(
          "postgresql.auto.conf.tmp",
          "current_logfiles.tmp",
          "backup_label",
          "tablespace_map",
          "backup_manifest",
          "postmaster.pid",
          "postmaster.opts");

  private static final Pattern TEMPORARY_RELATION =
      Pattern.compile("t\\d+_\\d+(_fsm|_vm|_init)?(\\.\\d+)?");

  private DataDirectoryLayout() {}

  /// Every directory that must exist before a server of that version starts, parents first. Some
  /// are empty, and a backup that lists only files does not mention them.
  public static List<String> requiredDirectories(int majorVersion) {
    List<String> directories = new ArrayList<>(ALWAYS_THERE);
    directories.addAll(EMPTIED);
    directories.add("pg_wal/archive_status");
    if (majorVersion >= 17) {
      directories.add("pg_wal/summaries");
    }
    return directories;
  }

  /// True if a copy of a running server's data directory leaves this file out.
  ///
  /// @param path relative to the data directory, with `/`
  public static boolean isLeftOut(String path) {
    int slash = path.indexOf('/');
    if (slash < 0) {
      return NOT_COPIED_AT_ROOT.contains(path) || isTemporary(path);
    }
    String name = path.substring(path.lastIndexOf('/') + 1);
    return EMPTIED.contains(path.substring(0, slash))
        || name.startsWith("pg_internal.init")
        || isTemporary(name)
        || path.contains("/pgsql_tmp")
        || TEMPORARY_RELATION.matcher(name).matches();
  }

  private static boolean isTemporary(String name) {
    return name.startsWith("pgsql_tmp") || name.equals(".DS_Store");
  }
}
