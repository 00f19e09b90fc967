package io.holdfast.engine.doctor;

import io.holdfast.base.ByteSize;
import io.holdfast.engine.backup.SourceServer;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.wal.LocalServerDisk;
import io.holdfast.postgres.server.InstalledServers;
import io.holdfast.postgres.sql.ServerFacts;
import io.holdfast.postgres.sql.ServerFacts.Slot;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.wire.ReplicationConnection;
import io.holdfast.storage.BlobStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Looks at the source and at what lies around it on this host.
final class ServerExam {
  private static final int PRODUCTION_CONNECTIONS = 2;

  private final Settings settings;
  private final Findings findings;

  ServerExam(Settings settings, Findings findings) {
    this.settings = settings;
    this.findings = findings;
  }

  /// Version, privileges and settings.
  void suitability(ServerFacts facts) {
    List<io.holdfast.base.BackupException> problems = SourceServer.problems(facts);
    problems.forEach(findings::failed);
    if (problems.isEmpty()) {
      findings.ok(
          "PostgreSQL "
              + facts.version()
              + ", wal_level "
              + facts.setting("wal_level").orElse("unknown")
              + ", role "
              + facts.role().name()
              + " may replicate");
    }
    if (facts.setting("max_slot_wal_keep_size").orElse("-1").equals("-1")) {
      findings.warn(
          "max_slot_wal_keep_size is unlimited: while no WAL stream runs, its slot can fill the server's disk",
          "Set it to what the disk can spare, for example '50GB'.");
    }
  }

  void replication(SourceServer server) throws IOException {
    try (ReplicationConnection connection =
        ReplicationConnection.open(server.directUrl(), "holdfast doctor")) {
      findings.ok("replication works; timeline " + connection.identifySystem().timeline());
    }
  }

  void slots(ServerFacts facts) {
    String name = settings.slot();
    facts.slots().stream()
        .filter(slot -> slot.name().equals(name))
        .findFirst()
        .ifPresentOrElse(this::ownSlot, () -> noOwnSlot(facts));
    facts.slots().stream()
        .filter(s -> s.name().startsWith("holdfast_") && !s.name().equals(name) && !s.active())
        .forEach(
            s ->
                findings.warn(
                    "slot " + s.name() + " is Holdfast's and nobody uses it",
                    "If its source is gone: SELECT pg_drop_replication_slot('" + s.name() + "')."));
  }

  private void ownSlot(Slot slot) {
    if (slot.walStatus().equals("lost")) {
      findings.fail(
          "slot " + slot.name() + " is lost: the server has removed WAL that it still needed",
          "SELECT pg_drop_replication_slot('"
              + slot.name()
              + "'), start 'holdfast wal stream' again and take a new backup.");
    } else if (!slot.active()) {
      findings.warn(
          "slot "
              + slot.name()
              + " exists and no WAL stream uses it, so the server keeps more and more WAL",
          "Start 'holdfast wal stream', or drop the slot if it is no longer wanted.");
    } else {
      findings.ok("the WAL stream runs on slot " + slot.name());
    }
  }

  private void noOwnSlot(ServerFacts facts) {
    findings.warn(
        "no WAL stream has been set up for source '" + settings.source() + "'",
        "Run 'holdfast wal stream' to be able to recover to any second.");
    int allowed = Integer.parseInt(facts.setting("max_replication_slots").orElse("10"));
    if (allowed > 0 && facts.slots().size() >= allowed) {
      findings.fail(
          "all " + allowed + " replication slots of the server are taken",
          "Set max_replication_slots to at least "
              + (facts.slots().size() + PRODUCTION_CONNECTIONS)
              + " and restart the server, or drop slots that nobody needs.");
    }
  }

  /// Free space of the server's WAL, where it can be seen from here.
  void walSpace(SourceServer server) {
    try (SqlConnection sql = SqlConnection.open(server.directUrl(), "holdfast doctor")) {
      OptionalLong free = LocalServerDisk.freeForWal(sql);
      if (free.isPresent()) {
        walSpace(free.getAsLong());
      }
    }
  }

  void walSpace(long freeBytes) {
    String free = new ByteSize(freeBytes) + " are free for the server's WAL";
    if (freeBytes < RepositoryExam.LITTLE_SPACE_BYTES) {
      findings.warn(free, "Make room on the server's disk: it stops when it cannot write WAL.");
    } else {
      findings.ok(free);
    }
  }

  void programs(InstalledServers installed, ServerFacts facts) {
    findings.ok(
        "programs of PostgreSQL "
            + installed.require(facts.versionNum() / 10_000).fullVersion()
            + " are here, so test restores can run");
  }

  /// A repository on the disk of the data is lost with it.
  void places(ServerFacts facts) throws IOException {
    Path data = Path.of(facts.setting("data_directory").orElse("/nonexistent"));
    Optional<Path> repository =
        BlobStores.directory(settings.repository()).filter(Files::isDirectory);
    if (Files.isDirectory(data)
        && repository.isPresent()
        && Files.getFileStore(data).equals(Files.getFileStore(repository.get()))) {
      findings.warn(
          "the repository is on the file system of the data directory",
          "One broken disk would take both: put the repository elsewhere, or copy it.");
    }
  }
}
