package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.backup.SideFiles;
import io.holdfast.postgres.control.ControlFile;
import io.holdfast.postgres.datadir.ConfigurationPlacement;
import io.holdfast.postgres.datadir.FileChanges;
import io.holdfast.postgres.datadir.HostFiles;
import io.holdfast.postgres.datadir.RecoveryRequest;
import io.holdfast.postgres.datadir.RecoverySetup;
import io.holdfast.postgres.datadir.SavedConfiguration;
import io.holdfast.postgres.datadir.ScratchSetup;
import io.holdfast.postgres.datadir.SettingChange;
import io.holdfast.postgres.datadir.TablespaceMap;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The configuration of a restored cluster: what was saved from outside the data directory comes
/// into it, and recovery and quarantine are added.
final class RestoreConfiguration {
  private static final int SCRATCH_BUFFERS_MIB = 64;
  private static final int TEXT_BYTES_MAX = 16 << 20;
  private static final String DEFAULT_HBA =
      "# Written by Holdfast: the source's pg_hba.conf was not saved.\nlocal all all peer\n";

  private final RestorePlan plan;
  private final TreeReader tree;
  private final TreeReader side;
  private final List<String> remarks = new ArrayList<>();

  RestoreConfiguration(RestorePlan plan, TreeReader tree, TreeReader side) {
    this.plan = plan;
    this.tree = tree;
    this.side = side;
  }

  /// What the report should say, after [#plan].
  List<String> remarks() {
    return remarks;
  }

  /// The files to write into the data directory once everything else is there.
  FileChanges plan(ControlFile control) throws IOException {
    return switch (plan.purpose()) {
      case RestorePlan.Purpose.Scratch scratch ->
          new ScratchSetup(
                  scratch.socketDirectory(), scratch.preloadLibraries(), SCRATCH_BUFFERS_MIB)
              .planRecovery(request(), control);
      case RestorePlan.Purpose.ForUse _ -> planForUse(control);
    };
  }

  private FileChanges planForUse(ControlFile control) throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    List<SettingChange> changes = new ArrayList<>();
    Optional<SavedConfiguration> saved = saved();
    if (saved.isPresent()) {
      ConfigurationPlacement.Placed placed =
          ConfigurationPlacement.plan(saved.get(), HostFiles.here());
      files.putAll(placed.files());
      changes.addAll(placed.changes());
    }
    if (!files.containsKey("pg_hba.conf") && tree.file("pg_hba.conf").isEmpty()) {
      files.put("pg_hba.conf", DEFAULT_HBA);
      remarks.add("pg_hba.conf was not saved: only local connections with 'peer' are allowed");
    }
    String main = files.getOrDefault("postgresql.conf", textOf("postgresql.conf"));
    FileChanges recovery =
        RecoverySetup.plan(request(), control, main, textOf(RecoverySetup.AUTO_CONF));
    return new FileChanges(files, List.of(), changes).and(recovery);
  }

  private RecoveryRequest request() {
    return new RecoveryRequest(
        plan.facts().serverMajor(),
        plan.target().timeline(),
        plan.target().rule(),
        plan.target().lsn(),
        switch (plan.action()) {
          case PAUSE -> io.holdfast.postgres.datadir.TargetAction.PAUSE;
          case PROMOTE -> io.holdfast.postgres.datadir.TargetAction.PROMOTE;
          case SHUTDOWN -> io.holdfast.postgres.datadir.TargetAction.SHUTDOWN;
        },
        plan.supply().restoreCommand(),
        plan.archive().orElse(""));
  }

  /// The saved files, empty if everything was inside the data directory.
  private Optional<SavedConfiguration> saved() throws IOException {
    Map<String, String> main = new LinkedHashMap<>();
    Map<String, String> texts = new LinkedHashMap<>();
    for (String line : sideText(SideFiles.INDEX).lines().toList()) {
      int equals = line.indexOf('=');
      int space = line.indexOf(' ');
      if (equals > 0 && (space < 0 || equals < space)) {
        main.put(line.substring(0, equals), line.substring(equals + 1));
      } else if (space > 0) {
        texts.put(
            line.substring(space + 1), sideText(SideFiles.FOLDER + "/" + line.substring(0, space)));
      }
    }
    if (texts.isEmpty()) {
      return Optional.empty();
    }
    boolean generated = main.getOrDefault("origin", "").equals("SETTINGS");
    String configFile = generated ? "postgresql.conf" : main.getOrDefault("config_file", "");
    if (generated) {
      remarks.add("postgresql.conf was written from the source's pg_settings");
    }
    fillFromDataDirectory(texts, configFile, "postgresql.conf");
    fillFromDataDirectory(texts, main.getOrDefault("hba_file", ""), "pg_hba.conf");
    fillFromDataDirectory(texts, main.getOrDefault("ident_file", ""), "pg_ident.conf");
    return Optional.of(
        new SavedConfiguration(
            configFile,
            main.getOrDefault("hba_file", ""),
            main.getOrDefault("ident_file", ""),
            texts));
  }

  /// One of the main files may lie inside the data directory while others do not.
  private void fillFromDataDirectory(Map<String, String> texts, String path, String name)
      throws IOException {
    if (!path.isEmpty() && !texts.containsKey(path) && path.endsWith("/" + name)) {
      String text = textOf(name);
      if (!text.isEmpty()) {
        texts.put(path, text);
      }
    }
  }

  private String textOf(String path) throws IOException {
    Optional<TreeFile> file = tree.file(path);
    return file.isEmpty()
        ? ""
        : new String(tree.readAll(file.get(), TEXT_BYTES_MAX), StandardCharsets.UTF_8);
  }

  private String sideText(String path) throws IOException {
    TreeFile file =
        side.file(path)
            .orElseThrow(
                () ->
                    new BackupException(
                        ErrorCode.OBJECT_CORRUPT,
                        "the backup has no " + path,
                        "Another backup may be intact: see 'holdfast list'."));
    return new String(side.readAll(file, TEXT_BYTES_MAX), StandardCharsets.UTF_8);
  }

  /// The server makes the links of tablespaces from this file when it starts, so it must name the
  /// new places.
  String movedTablespaceMap(String text) {
    List<TablespaceMap.Tablespace> moved = new ArrayList<>();
    for (TablespaceMap.Tablespace space : TablespaceMap.parse(text).tablespaces()) {
      moved.add(
          new TablespaceMap.Tablespace(
              space.objectNumber(),
              plan.tablespaces().getOrDefault(space.objectNumber(), space.location())));
    }
    return new TablespaceMap(moved).format();
  }
}
