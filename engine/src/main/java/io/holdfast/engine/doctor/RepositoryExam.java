package io.holdfast.engine.doctor;

import io.holdfast.base.ByteSize;
import io.holdfast.engine.Backups;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.KeySource;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.keys.Keys;
import io.holdfast.engine.verify.ProofCoverage;
import io.holdfast.engine.verify.VerifySettings;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.StoreCapabilities;
import io.holdfast.storage.StoreRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.OptionalLong;

/// Looks at the repository, the space around it and its key.
final class RepositoryExam {
  static final long LITTLE_SPACE_BYTES = 1L << 30;

  private final Settings settings;
  private final Findings findings;

  RepositoryExam(Settings settings, Findings findings) {
    this.settings = settings;
    this.findings = findings;
  }

  void open(EngineContext context) throws IOException {
    try (OpenRepository repository = new RepositoryAccess(context).open(settings)) {
      Backups.Listing listing = new Backups(repository).list(Optional.empty());
      int backups = listing.maps().size();
      findings.ok(
          "repository "
              + settings.repository()
              + " opens with the "
              + settings.key().describe()
              + "; "
              + (backups == 1 ? "1 backup" : backups + " backups"));
      if (!listing.warnings().isEmpty()) {
        findings.warn(
            "the list of backups is damaged: " + listing.warnings().getFirst(),
            "Run 'holdfast verify --all' to see all damage.");
      }
      for (String warning : new Keys(context, repository).list().warnings()) {
        findings.warn(
            warning, "'holdfast key list' shows the keys; docs/guide/keys.md explains them.");
      }
      proofs(context, repository);
      puts(repository.repository().store());
    }
  }

  private void puts(BlobStore store) throws IOException {
    StoreCapabilities capabilities;
    try {
      capabilities = store.capabilities();
    } catch (StoreRefusedException e) {
      findings.warn("it was not tried how the store puts: " + e.getMessage(), e.advice());
      return;
    }
    if (capabilities.putIfAbsent() == StoreCapabilities.Support.NO) {
      findings.warn(
          capabilities.remark().isEmpty()
              ? "the store does not refuse a second write of one name"
              : capabilities.remark(),
          "Let only one process at a time write to this repository, and prune nothing while another"
              + " one runs or has just ended; better, choose another store.");
    } else if (!capabilities.remark().isEmpty()) {
      findings.warn(
          capabilities.remark(), "Read what the documentation says about that kind of store.");
    }
  }

  private void proofs(EngineContext context, OpenRepository repository) throws IOException {
    long days = VerifySettings.of(context.environment()).provedWithinDays();
    ProofCoverage coverage =
        ProofCoverage.of(repository.repository(), context.clock().instant(), days);
    if (!coverage.damaged().isEmpty()) {
      findings.warn(
          "of the packs that were read back, damaged are: "
              + coverage.damaged().size()
              + ", the first is "
              + coverage.damaged().getFirst(),
          "Run 'holdfast repair', then the backup again.");
    }
    if (coverage.isOverdue()) {
      findings.warn(
          coverage.text()
              + "; the longest that something was neither written nor read back is "
              + coverage.oldest().toDays()
              + " days",
          "Run 'holdfast verify --budget 50GiB --per-day' every day; docs/guide/verifying.md"
              + " explains it.");
    } else {
      findings.ok(coverage.text());
    }
  }

  /// @param clusterBytes how much a first backup will read, if that is known
  void space(OptionalLong clusterBytes) throws IOException {
    Optional<Path> place = BlobStores.directory(settings.repository()).filter(Files::isDirectory);
    if (place.isPresent()) {
      space(Files.getFileStore(place.get()).getUsableSpace(), clusterBytes);
    }
  }

  void space(long freeBytes, OptionalLong clusterBytes) {
    String free = new ByteSize(freeBytes) + " are free for the repository";
    if (freeBytes < LITTLE_SPACE_BYTES) {
      findings.warn(free, "Make room before the next backup.");
    } else if (clusterBytes.isPresent() && freeBytes < clusterBytes.getAsLong()) {
      findings.warn(
          free + ", and the cluster has " + new ByteSize(clusterBytes.getAsLong()),
          "A first backup needs about half of the cluster's size; make room for it and for the WAL.");
    } else {
      findings.ok(free);
    }
  }

  void key() throws IOException {
    Path file =
        switch (settings.key()) {
          case KeySource.File named -> named.path();
          case KeySource.DefaultFile named -> named.path();
          case KeySource.Hex _, KeySource.Passphrase _ -> Path.of("");
        };
    if (file.toString().isEmpty() || !Files.exists(file)) {
      return;
    }
    Optional<Path> directory = BlobStores.directory(settings.repository());
    if (directory.isPresent() && liesIn(directory.get(), file)) {
      findings.fail(
          "the key file " + file + " lies in the repository it opens",
          "Whoever takes the repository has the key too: move the file elsewhere.");
    }
    String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    if (!mode.endsWith("------")) {
      findings.warn("others may read the key file " + file, "chmod 600 " + file);
    }
  }

  private static boolean liesIn(Path directory, Path file) throws IOException {
    return file.toRealPath()
        .startsWith(Files.exists(directory) ? directory.toRealPath() : directory);
  }
}
