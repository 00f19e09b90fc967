package io.holdfast.postgres.server;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.postgres.control.ControlFile;
import io.holdfast.postgres.datadir.RelationFile;
import io.holdfast.postgres.page.PageChecker;
import io.holdfast.postgres.page.PageFinding;
import io.holdfast.postgres.page.ReplayWindow;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// Judges every page of a cluster that is at rest, in all its tablespaces.
public final class PageScan {
  private static final int QUEUE = 256;
  private static final int BUFFER_BYTES = 1 << 20;

  private final Path dataDirectory;
  private final ControlFile control;
  private final PageChecker checker;
  private final Cancellation cancellation;
  private final Progress progress;
  private final CheckReport.Builder report = new CheckReport.Builder();
  private final BlockingQueue<String> files = new ArrayBlockingQueue<>(QUEUE);
  private final AtomicBoolean allListed = new AtomicBoolean();
  private final AtomicBoolean failed = new AtomicBoolean();

  private PageScan(
      Path dataDirectory, ControlFile control, Cancellation cancellation, Progress progress) {
    this.dataDirectory = dataDirectory;
    this.control = control;
    this.cancellation = cancellation;
    this.progress = progress;
    this.checker = new PageChecker(control.pageSize(), control.checksums(), ReplayWindow.NONE);
  }

  /// Reads all relation files with `workers` threads. The report counts pages.
  ///
  /// @throws BackupException `CHECK_FAILED` if the cluster was not stopped cleanly: pages may lie
  ///   only in WAL then
  public static CheckReport run(
      Path dataDirectory, int workers, Cancellation cancellation, Progress progress)
      throws IOException {
    ControlFile control = ControlFile.read(dataDirectory);
    if (!control.state().isCleanlyStopped()) {
      throw new BackupException(
          ErrorCode.CHECK_FAILED,
          "the cluster in " + dataDirectory + " was not stopped cleanly: " + control.state(),
          "Start it, let it recover and stop it before its pages are checked.");
    }
    return new PageScan(dataDirectory, control, cancellation, progress).run(workers);
  }

  private CheckReport run(int count) throws IOException {
    if (control.checksums() == io.holdfast.postgres.page.Checksums.OFF) {
      report.remark("the cluster has no page checksums: only page headers were checked");
    }
    try (Workers workers = Workers.platform("pages")) {
      for (int worker = 0; worker < count; worker++) {
        workers.start(this::checkFiles);
      }
      list();
      allListed.set(true);
      workers.join();
    }
    return report.build();
  }

  private void list() throws IOException {
    listDirectory("global");
    listDatabases("base");
    Path tablespaces = dataDirectory.resolve("pg_tblspc");
    if (!Files.isDirectory(tablespaces)) {
      return;
    }
    for (String tablespace : names(tablespaces)) {
      String suffix = "_" + control.catalogVersion();
      for (String version : names(tablespaces.resolve(tablespace))) {
        if (version.startsWith("PG_") && version.endsWith(suffix)) {
          listDatabases("pg_tblspc/" + tablespace + "/" + version);
        }
      }
    }
  }

  private void listDatabases(String directory) throws IOException {
    for (String database : names(dataDirectory.resolve(directory))) {
      if (Files.isDirectory(dataDirectory.resolve(directory).resolve(database))) {
        listDirectory(directory + "/" + database);
      }
    }
  }

  private void listDirectory(String directory) throws IOException {
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(dataDirectory.resolve(directory))) {
      for (Path entry : entries) {
        offer(directory + "/" + entry.getFileName());
      }
    }
  }

  private static List<String> names(Path directory) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        names.add(entry.getFileName().toString());
      }
    }
    return names;
  }

  /// Gives up silently once a worker failed: its failure comes out of `join`.
  private void offer(String path) throws IOException {
    try {
      while (!failed.get() && !files.offer(path, 100, TimeUnit.MILLISECONDS)) {
        cancellation.throwIfRequested();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while pages were checked");
    }
  }

  private void checkFiles() throws IOException, InterruptedException {
    byte[] buffer = new byte[BUFFER_BYTES];
    boolean done = false;
    try {
      while (!allListed.get() || !files.isEmpty()) {
        String path = files.poll(50, TimeUnit.MILLISECONDS);
        Optional<RelationFile> relation =
            path == null ? Optional.empty() : RelationFile.parse(path);
        if (path != null && relation.isPresent()) {
          check(path, relation.get(), buffer);
        }
      }
      done = true;
    } finally {
      if (!done) {
        failed.set(true);
      }
    }
  }

  private void check(String path, RelationFile relation, byte[] buffer) throws IOException {
    long block = relation.firstBlock(control.blocksPerSegment());
    try (InputStream in = Files.newInputStream(dataDirectory.resolve(path))) {
      for (int read = in.readNBytes(buffer, 0, buffer.length);
          read > 0;
          read = in.readNBytes(buffer, 0, buffer.length)) {
        cancellation.throwIfRequested();
        for (PageFinding finding : checker.check(buffer, 0, read, block)) {
          report.finding(path, finding.describe());
        }
        int pages = read / control.pageSize();
        block += pages;
        report.checked(pages);
        progress.advance(read);
      }
    }
  }
}
