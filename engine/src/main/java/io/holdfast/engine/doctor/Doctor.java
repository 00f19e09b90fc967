package io.holdfast.engine.doctor;

import io.holdfast.base.BackupException;
import io.holdfast.base.ByteSize;
import io.holdfast.engine.Backups;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.backup.SourceServer;
import io.holdfast.engine.config.Environment;
import io.holdfast.engine.config.KeySource;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.doctor.DoctorReport.Finding;
import io.holdfast.engine.doctor.DoctorReport.Level;
import io.holdfast.postgres.server.InstalledServers;
import io.holdfast.postgres.sql.ServerFacts;
import io.holdfast.postgres.wire.ReplicationConnection;
import io.holdfast.storage.StoreCapabilities;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Examines environment, repository and server. Changes nothing; one thing that is wrong never
/// keeps the rest from being looked at. *Confined*.
public final class Doctor {
  private static final long LITTLE_SPACE_BYTES = 1L << 30;

  private final EngineContext context;
  private final Environment environment;
  private final List<Finding> findings = new ArrayList<>();

  public Doctor(EngineContext context, Environment environment) {
    this.context = context;
    this.environment = environment;
  }

  public DoctorReport examine(Settings settings) {
    guarded("repository", () -> repository(settings));
    guarded("key", () -> key(settings));
    Optional<SourceServer> server = Optional.empty();
    if (settings.url().isEmpty() && settings.directUrl().isEmpty()) {
      add(
          Level.WARN,
          "no database URL is set, so no server was looked at",
          "Set DATABASE_URL, or give --url.");
    } else {
      server = server(settings);
    }
    Optional<SourceServer> found = server;
    guarded("programs for test restores", () -> programs(found));
    found.ifPresent(source -> guarded("places", () -> places(settings, source)));
    return new DoctorReport(findings);
  }

  private void repository(Settings settings) throws IOException {
    try (OpenRepository repository = new RepositoryAccess(context).open(settings)) {
      int backups = new Backups(repository).list(Optional.empty()).maps().size();
      add(
          Level.OK,
          "repository "
              + settings.repository()
              + " opens with the "
              + settings.key().describe()
              + "; "
              + backups
              + " backups",
          "");
      StoreCapabilities capabilities = repository.repository().store().capabilities();
      if (capabilities.putIfAbsent() == StoreCapabilities.Support.NO) {
        add(
            Level.WARN,
            "the store does not refuse a second write of one name",
            "Let only one process at a time write to this repository.");
      }
      if (!capabilities.remark().isEmpty()) {
        add(Level.WARN, capabilities.remark(), "");
      }
    }
    Path place = Path.of(settings.repository());
    if (Files.isDirectory(place)) {
      long free = Files.getFileStore(place).getUsableSpace();
      add(
          free < LITTLE_SPACE_BYTES ? Level.WARN : Level.OK,
          new ByteSize(free) + " are free for the repository",
          free < LITTLE_SPACE_BYTES ? "Make room before the next backup." : "");
    }
  }

  private void key(Settings settings) throws IOException {
    Path file =
        switch (settings.key()) {
          case KeySource.File named -> named.path();
          case KeySource.DefaultFile named -> named.path();
          case KeySource.Hex _, KeySource.Passphrase _ -> Path.of("");
        };
    if (file.toString().isEmpty() || !Files.exists(file)) {
      return;
    }
    Path repository = Path.of(settings.repository());
    if (file.toRealPath()
        .startsWith(Files.exists(repository) ? repository.toRealPath() : repository)) {
      add(
          Level.FAIL,
          "the key file " + file + " lies in the repository it opens",
          "Whoever takes the repository has the key too: move the file elsewhere.");
    }
    String mode =
        java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    if (!mode.endsWith("------")) {
      add(Level.WARN, "others may read the key file " + file, "chmod 600 " + file);
    }
  }

  private Optional<SourceServer> server(Settings settings) {
    try {
      SourceServer server = SourceServer.inspect(settings);
      ServerFacts facts = server.facts();
      add(
          Level.OK,
          "server "
              + server.directUrl()
              + " is PostgreSQL "
              + facts.version()
              + ", role "
              + facts.role().name()
              + " may replicate",
          "");
      server.warnings().forEach(warning -> add(Level.WARN, warning, ""));
      slot(settings, facts);
      if (facts.setting("max_slot_wal_keep_size").orElse("-1").equals("-1")) {
        add(
            Level.WARN,
            "max_slot_wal_keep_size is unlimited: a stream that stands still can fill the server's disk",
            "Set it to what the disk can spare, for example '50GB'.");
      }
      guarded("replication connection", () -> replication(server));
      return Optional.of(server);
    } catch (BackupException e) {
      add(Level.FAIL, e.code().label() + " " + e.text(), e.hint());
      return Optional.empty();
    }
  }

  private void replication(SourceServer server) throws IOException {
    try (ReplicationConnection connection =
        ReplicationConnection.open(server.directUrl(), "holdfast doctor")) {
      add(Level.OK, "replication works; timeline " + connection.identifySystem().timeline(), "");
    }
  }

  private void slot(Settings settings, ServerFacts facts) {
    Optional<ServerFacts.Slot> slot =
        facts.slots().stream().filter(s -> s.name().equals(settings.slot())).findFirst();
    if (slot.isEmpty()) {
      add(
          Level.WARN,
          "no WAL stream has been set up for source '" + settings.source() + "'",
          "Run 'holdfast wal stream' to be able to recover to any second.");
    } else if (!slot.get().active()) {
      add(
          Level.WARN,
          "slot "
              + settings.slot()
              + " exists and no WAL stream uses it, so the server keeps more and more WAL",
          "Start 'holdfast wal stream', or drop the slot if it is no longer wanted.");
    } else {
      add(Level.OK, "the WAL stream runs on slot " + settings.slot(), "");
    }
    facts.slots().stream()
        .filter(
            s ->
                s.name().startsWith("holdfast_")
                    && !s.name().equals(settings.slot())
                    && !s.active())
        .forEach(
            s ->
                add(
                    Level.WARN,
                    "slot " + s.name() + " is Holdfast's and nobody uses it",
                    "If its source is gone: SELECT pg_drop_replication_slot('" + s.name() + "')."));
  }

  private void programs(Optional<SourceServer> server) throws IOException {
    InstalledServers installed = InstalledServers.find(environment.variables());
    if (server.isPresent()) {
      int major = server.get().facts().versionNum() / 10_000;
      add(
          Level.OK,
          "programs of PostgreSQL "
              + installed.require(major).fullVersion()
              + " are here, so test restores can run",
          "");
    }
  }

  /// A repository on the disk of the data is lost with it.
  private void places(Settings settings, SourceServer server) throws IOException {
    Path data = Path.of(server.facts().setting("data_directory").orElse("/nonexistent"));
    Path repository = Path.of(settings.repository());
    if (!Files.isDirectory(data) || !Files.isDirectory(repository)) {
      return;
    }
    FileStore dataStore = Files.getFileStore(data);
    if (dataStore.equals(Files.getFileStore(repository))) {
      add(
          Level.WARN,
          "the repository is on the file system of the data directory",
          "One broken disk would take both: put the repository elsewhere, or copy it.");
    }
  }

  private interface Look {
    void run() throws IOException;
  }

  private void guarded(String what, Look look) {
    try {
      look.run();
    } catch (BackupException e) {
      add(levelOf(what), e.code().label() + " " + e.text(), e.hint());
    } catch (IOException e) {
      BackupException understood = Failures.toBackupException(what, e);
      add(Level.FAIL, understood.code().label() + " " + understood.text(), understood.hint());
    }
  }

  private static Level levelOf(String what) {
    return what.startsWith("programs") ? Level.WARN : Level.FAIL;
  }

  private void add(Level level, String what, String hint) {
    findings.add(new Finding(level, what, hint));
  }
}
