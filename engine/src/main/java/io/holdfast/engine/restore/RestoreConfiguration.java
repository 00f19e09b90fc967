package io.holdfast.engine.restore;

import io.holdfast.postgres.control.ControlFile;
import io.holdfast.postgres.datadir.ConfigurationPlacement;
import io.holdfast.postgres.datadir.FileChanges;
import io.holdfast.postgres.datadir.HostFiles;
import io.holdfast.postgres.datadir.RecoveryRequest;
import io.holdfast.postgres.datadir.RecoverySetup;
import io.holdfast.postgres.datadir.ScratchSetup;
import io.holdfast.postgres.datadir.SettingChange;
import io.holdfast.postgres.datadir.TablespaceMap;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The configuration of a restored cluster: what was saved from outside the data directory comes
/// into it, and recovery and quarantine are added.
final class RestoreConfiguration {
  private static final int SCRATCH_BUFFERS_MIB = 64;
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
    SourceConfiguration source =
        SourceConfiguration.read(
            tree, side, Optional.ofNullable(plan.facts().remarks().get("data directory")));
    ConfigurationPlacement.Placed placed =
        switch (source.place()) {
          case MOVED -> ConfigurationPlacement.plan(source.saved(), HostFiles.here());
          case GENERATED -> {
            remarks.add("postgresql.conf was written from the source's pg_settings");
            yield ConfigurationPlacement.plan(source.saved(), HostFiles.here());
          }
          case UNMOVED -> ConfigurationPlacement.planUnmoved(source.saved(), HostFiles.here());
          case UNKNOWN -> new ConfigurationPlacement.Placed(Map.of(), List.of());
        };
    files.putAll(placed.files());
    changes.addAll(placed.changes());
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

  private String textOf(String path) throws IOException {
    return SourceConfiguration.text(tree, path).orElse("");
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
