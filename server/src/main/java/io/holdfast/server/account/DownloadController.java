package io.holdfast.server.account;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.config.Environment;
import io.holdfast.engine.export.ExportChoice;
import io.holdfast.engine.export.ExportFormat;
import io.holdfast.engine.export.ExportReport;
import io.holdfast.engine.export.ExportRequest;
import io.holdfast.engine.export.ExportTarget;
import io.holdfast.engine.portable.FileKeys;
import io.holdfast.server.access.AccountCaller;
import io.holdfast.server.access.Right;
import io.holdfast.server.audit.Audit;
import io.holdfast.server.source.Sources;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/// Backups of accounts as files to take away: a link first, which is good once and for minutes, and
/// then the file, for whoever has the link.
@RestController
class DownloadController {
  private static final int AT_ONCE = 4;
  private static final int PASSPHRASE_CHARACTERS_MIN = 12;
  private static final int PASSPHRASE_CHARACTERS_MAX = 1000;
  private static final String TOOL = "holdfast";

  private final AccountBackups backups;
  private final Downloads downloads;
  private final Sources sources;
  private final Audit audit;
  private final Semaphore places = new Semaphore(AT_ONCE);

  DownloadController(AccountBackups backups, Downloads downloads, Sources sources, Audit audit) {
    this.backups = backups;
    this.downloads = downloads;
    this.sources = sources;
    this.audit = audit;
  }

  /// @param passphrase that opens the file
  record Wish(Optional<String> passphrase) {}

  /// @param url below the server's address
  /// @param encryptedWith what the file is sealed with; null for nothing
  record Offer(String url, Instant expiresAt, Optional<String> encryptedWith) {}

  @PostMapping("/api/backups/{id}/download")
  Offer offer(
      @PathVariable String id,
      @RequestBody(required = false) Optional<Wish> wish,
      AccountCaller caller) {
    caller.require(Right.DOWNLOAD);
    AccountBackup backup = backups.require(caller.account(), id, SharedRight.DOWNLOAD);
    if (backup.undoes()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "safety backups are not taken away as files",
          "Take the backup that was restored, or make a new one.");
    }
    Optional<Secret> passphrase =
        wish.flatMap(Wish::passphrase).map(DownloadController::passphrase);
    if (passphrase.isEmpty() && backup.encryptedWith().isPresent()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "files of this backup are sealed, and no 'passphrase' was given",
          "Choose one of at least " + PASSPHRASE_CHARACTERS_MIN + " characters; nobody keeps it.");
    }
    Downloads.Link link =
        downloads.offer(
            new Downloads.Ticket(caller.account(), backup.id(), passphrase, caller.name()));
    audit.record(caller.name(), "account.download", id, Map.of("sealed", passphrase.isPresent()));
    return new Offer(
        "/api/downloads/" + link.secret().expose(),
        link.expiresAt(),
        passphrase.map(_ -> "AES-256-GCM"));
  }

  private static Secret passphrase(String text) {
    if (text.length() < PASSPHRASE_CHARACTERS_MIN || text.length() > PASSPHRASE_CHARACTERS_MAX) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the passphrase has " + text.length() + " characters",
          "Give "
              + PASSPHRASE_CHARACTERS_MIN
              + " to "
              + PASSPHRASE_CHARACTERS_MAX
              + "; some random words are easy to write down.");
    }
    return new Secret(text);
  }

  @GetMapping("/api/downloads/{link}")
  void download(@PathVariable String link, HttpServletResponse response) throws IOException {
    if (!places.tryAcquire()) {
      throw new BackupException(
          ErrorCode.TOO_MANY_RUNS,
          AT_ONCE + " downloads are being written",
          "Try the link again in a minute; it was not used.");
    }
    try {
      send(downloads.take(new Secret(link)), response);
    } finally {
      places.release();
    }
  }

  private void send(Downloads.Ticket ticket, HttpServletResponse response) throws IOException {
    // A share may have ended since the link was made.
    AccountBackup backup = backups.require(ticket.account(), ticket.backup(), SharedRight.DOWNLOAD);
    Path directory =
        Files.createTempDirectory(
            "holdfast-download",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Optional<Path> file = Optional.empty();
    try {
      ExportReport made = export(backup, ticket.passphrase(), directory);
      Path path = Path.of(made.target());
      file = Optional.of(path);
      response.setContentType(MediaType.APPLICATION_OCTET_STREAM_VALUE);
      response.setContentLengthLong(Files.size(path));
      response.setHeader(
          "Content-Disposition", "attachment; filename=\"" + path.getFileName() + "\"");
      response.setHeader("Cache-Control", "no-store");
      long _ = Files.copy(path, response.getOutputStream());
    } finally {
      if (file.isPresent()) {
        boolean _ = Files.deleteIfExists(file.get());
      }
      boolean _ = Files.deleteIfExists(directory);
    }
  }

  private ExportReport export(AccountBackup backup, Optional<Secret> passphrase, Path directory) {
    Holdfast holdfast = sources.require(backup.source());
    FileKeys keys =
        FileKeys.of(
            new Environment(
                passphrase.map(it -> Map.of(FileKeys.PASSPHRASE, it.expose())).orElse(Map.of())));
    return holdfast
        .exchange()
        .exportTo(
            new ExportRequest(
                new ExportChoice.Named(backup.snapshot(), backup.source()),
                new ExportTarget(
                    directory,
                    ExportTarget.Place.FILE_IN,
                    passphrase.isPresent()
                        ? ExportTarget.Sealing.SEALED
                        : ExportTarget.Sealing.NONE),
                ExportFormat.PORTABLE,
                List.of(),
                Optional.empty(),
                TOOL),
            keys);
  }
}
